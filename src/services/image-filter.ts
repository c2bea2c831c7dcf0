import type { Bind } from '../db/database.js';
import type { TicketImage } from '../entities/log-entry.js';
import type { LookUpTable } from '../live/feed/feed-cursors.js';
import type { FeedFilter } from '../live/feed/ticket-feed.js';
import type { Eyes, ImageTest } from './condition.js';
import { filterTest, type TicketFilter } from './ticket-filter.js';

interface Question {
  readonly expression: (bind: Bind) => string;
  set: ReadonlySet<unknown>;
}

/** A filter of tickets that is asked of images; it is ready once it has taken what it looks up. */
export class ImageFilter implements FeedFilter {
  private readonly lookedUp = new Set<LookUpTable>();
  private readonly questions: Question[] = [];
  private readonly test: ImageTest;
  private taken: string | undefined;

  constructor(filter: TicketFilter, eyes: Eyes) {
    const ask = (table: LookUpTable | null, expression: Question['expression']): Question => {
      const question = { expression, set: new Set() };
      this.questions.push(question);
      if (table) this.lookedUp.add(table);
      return question;
    };
    this.test = filterTest(filter, { ...eyes, ask });
  }

  get tables(): readonly LookUpTable[] {
    return [...this.lookedUp];
  }

  lookUps(bind: Bind): string {
    return `json_build_array(${this.questions.map(({ expression }) => expression(bind)).join(', ')})`;
  }

  take(found: readonly (readonly unknown[])[]): boolean {
    const sorted = found.map((answer) => [...answer].sort());
    for (const [index, question] of this.questions.entries()) question.set = new Set(sorted[index]);
    const before = this.taken;
    this.taken = JSON.stringify(sorted);
    return before === undefined || before === this.taken;
  }

  matches(image: TicketImage): boolean {
    return this.test(image);
  }
}
