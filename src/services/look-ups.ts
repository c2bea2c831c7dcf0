import type { Database } from '../db/database.js';
import { State, type StateType } from '../entities/state.js';
import { Topic } from '../entities/topic.js';

/** Reads the configurable look-up tables. */
export class LookUps {
  constructor(private readonly db: Database) {}

  /** States of one type, or all, by type and rank (parity d13). */
  states(type: StateType | null): Promise<State[]> {
    return this.db.query(
      `select ${this.db.columns(State, 's')} from states s where $1::text is null or s.type = $1
       order by array_position(array['STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME'], s.type), s.rank, s.key`,
      [type],
    );
  }

  /** Topics that are below no other, by rank (parity e28). */
  topTopics(): Promise<Topic[]> {
    return this.db.query(
      `select ${this.db.columns(Topic, 't')} from topics t where t.parent_id is null order by t.rank, t.key`,
    );
  }

  /** A topic or subtopic; null where there is none. */
  async topic(key: string): Promise<Topic | null> {
    // PostgreSQL can't even be asked for such a text.
    if (key.includes('\0')) return null;
    const [topic] = await this.db.query<Topic>(`select ${this.db.columns(Topic, 't')} from topics t where t.key = $1`, [
      key,
    ]);
    return topic ?? null;
  }
}
