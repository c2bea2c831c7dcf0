import { type Bind, parameters, type Queryable } from '../../db/database.js';
import { foldedText } from '../../db/search.js';
import type { Logger } from '../../logger.js';
import { forEverybody } from '../../telemetry.js';
import { type Bus, feedHint } from '../bus.js';
import { SharedRun } from '../shared-run.js';
import type { FeedPosition } from './feed-cursors.js';
import { type FeedRow, rowOf, type StoredRow } from './feed-row.js';

/** What of a person decides whether they may go on listening. */
export interface ListenerRights {
  readonly isActive: boolean;
  readonly accessVersion: number;
}

/** What one statement found: rows behind a position, where the feed ends, and what was true at that moment. */
export interface FeedState extends FeedPosition {
  readonly rows: readonly FeedRow[];
  readonly rights: Readonly<Record<string, ListenerRights>>;
}

/** What somebody hears who waits for news. */
type Call = () => void;

/** What was found of each thing that a filter looks up. */
export type LookedUp = readonly (readonly unknown[])[];

/** What a filter has to look up before it can be asked. */
interface LookingUp {
  lookUps(bind: Bind): string;
}

/** Bounds the delay after a lost hint, in milliseconds. */
const lookEveryMs = 1_000;
/** How many of the newest rows are kept for all who follow closely. */
const keptRows = 500;
const rowsPerRead = 250;

/** SQL of where the feed ends, and of what filters mean there. */
const head = `(select coalesce(max(position), 0)::float8 from ticket_feed) as position, (select look_ups from installation) as "lookUps"`;

/** How many rows somebody gets who is further behind. */
const rowsPerReplay = 100;

/** Reads the feed for all who follow it through this gateway: what is new is read once for all of them. */
export class FeedReader {
  /** By person. */
  private readonly listeners = new Map<string, Set<Call>>();
  private readonly reading = new SharedRun(() => this.readOn());
  /** By person, and of the feed itself while there is anybody. */
  private readonly unsubscribe = new Map<string, () => void>();
  private state: FeedState | undefined;
  /** The newest rows, without a hole, up to the state's position. */
  private kept: readonly FeedRow[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Queryable,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  /** Has the feed read for somebody, and calls them when it went on or their rights may have changed; the answer stops it. */
  watch(userId: string, call: Call): () => void {
    const calls = this.listeners.get(userId) ?? new Set();
    if (this.listeners.size === 0) this.hear(feedHint);
    if (calls.size === 0) this.hear(userId);
    this.listeners.set(userId, calls.add(call));
    this.timer ??= forEverybody(() => setInterval(() => void this.look(), lookEveryMs));
    return () => {
      calls.delete(call);
      if (calls.size > 0 || this.listeners.get(userId) !== calls) return;
      this.listeners.delete(userId);
      this.ignore(userId);
      if (this.listeners.size > 0) return;
      this.ignore(feedHint);
      clearInterval(this.timer);
      this.timer = undefined;
      this.forget();
    };
  }

  /** Stops reading. */
  close(): void {
    this.ignore(...this.unsubscribe.keys());
    clearInterval(this.timer);
    this.listeners.clear();
  }

  /** Reads what is new by a statement that begins after this call: one for all who call meanwhile. */
  refresh(): Promise<void> {
    return this.reading.run();
  }

  /** The rows behind a position: those that are at hand, or else some that are read for this listener alone. */
  async after(position: number, userId: string): Promise<FeedState> {
    if (!this.state) await this.refresh();
    const { state, kept } = this;
    const first = (state?.position ?? 0) - kept.length;
    if (state && position >= first) return { ...state, rows: kept.slice(position - first) };
    return this.read(position, rowsPerReplay, [userId]);
  }

  /** The rights of a listener, found by a statement that begins after this call; undefined for who is none. */
  async rightsOf(userId: string): Promise<ListenerRights | undefined> {
    await this.refresh();
    return this.state?.rights[userId];
  }

  /** Where the feed ends, and what a filter has to look up, both at one moment. */
  async lookUp(filter: LookingUp): Promise<FeedPosition & { found: LookedUp }> {
    const { values, bind } = parameters();
    const sql = `select ${head}, ${filter.lookUps(bind)} as found`;
    const [row] = await this.db.query<FeedPosition & { found: LookedUp }>(sql, values);
    return required(row);
  }

  /** Where the feed ends. */
  async head(): Promise<FeedPosition> {
    const [row] = await this.db.query<FeedPosition>(`select ${head}`);
    return required(row);
  }

  private hear(hint: string): void {
    this.unsubscribe.set(
      hint,
      this.bus.subscribe(hint, () => void this.look()),
    );
  }

  private ignore(...hints: readonly string[]): void {
    for (const hint of hints) {
      this.unsubscribe.get(hint)?.();
      this.unsubscribe.delete(hint);
    }
  }

  private async look(): Promise<void> {
    if (this.listeners.size === 0) return;
    try {
      await this.refresh();
    } catch (error) {
      this.logger.warn({ error }, 'the feed could not be read; looking again in a second');
    }
  }

  private async readOn(): Promise<void> {
    const before = this.state;
    const read = await this.read(before?.position ?? null, rowsPerRead, [...this.listeners.keys()]);
    const state = { ...read, position: read.rows.at(-1)?.position ?? read.position, rows: [] };
    const isSame = JSON.stringify(state) === JSON.stringify(before);
    // Where something in between was pruned, whoever is behind it reads by themselves and finds out.
    const isWhole = read.rows.length === state.position - (before?.position ?? state.position);
    if (!isSame) this.kept = isWhole ? [...this.kept, ...read.rows].slice(-keptRows) : [];
    this.state = state;
    if (this.listeners.size === 0) this.forget();
    if (state.position < read.position) void this.look();
    if (!isSame) for (const call of [...this.listeners.values()].flatMap((calls) => [...calls])) call();
  }

  private forget(): void {
    this.state = undefined;
    this.kept = [];
  }

  /** Rows behind a position, none behind the end; rights travel with the read. */
  private async read(position: number | null, limit: number, users: readonly string[]): Promise<FeedState> {
    const { values, bind } = parameters();
    const sql = `
      select ${head},
        (select coalesce(json_object_agg(u.id, json_build_object('isActive', u.is_active, 'accessVersion', u.access_version)), '{}')
          from users u where u.id = any(${bind(users)}::uuid[])) as rights,
        (select coalesce(json_agg(r order by r.position), '[]') from (
          select f.position, f.ticket_id as "ticketId", l.image_before as before, l.image_changes as changes,
            ${foldedText(`l.image_before ->> 'title'`)} as "titleBefore", ${foldedText(`l.image_changes ->> 'title'`)} as "titleAfter"
          from ticket_feed f join conversation_log l on (l.ticket_id, l.staff_seq) = (f.ticket_id, f.staff_seq)
          where f.position > ${bind(position)}::bigint order by f.position limit ${limit}
        ) r) as rows`;
    const [found] = await this.db.query<FeedState & { rows: StoredRow[] }>(sql, values);
    return { ...required(found), rows: required(found).rows.map(rowOf) };
  }
}

function required<Row>(row: Row | undefined): Row {
  if (!row) throw new Error('a statement without a table answered no row');
  return row;
}
