/** How many statements a connection keeps at most: each takes some ten kilobytes of its server process, and is kept for ever. */
const most = 200;
/** How often a text has to come before it is worth that. */
const often = 10;
/** Characters of the longest text that is worth a name, and is counted: what is longer is hardly sent twice, and takes much to keep. */
const longest = 8_000;
/** How many texts are counted at a time. */
const counted = 2_000;

/** Names for the statements that come again and again; PostgreSQL keeps what has a name parsed and planned. */
export class StatementNames {
  private readonly names = new Map<string, string>();
  private readonly times = new Map<string, number>();

  /** The name of a text; undefined for one that has not come often yet, or came when all names were given. */
  of(sql: string): string | undefined {
    if (sql.length > longest) return undefined;
    const name = this.names.get(sql);
    if (name !== undefined || this.names.size === most) return name;
    const times = (this.times.get(sql) ?? 0) + 1;
    if (times < often) {
      if (this.times.size === counted) this.times.clear();
      this.times.set(sql, times);
      return undefined;
    }
    this.times.delete(sql);
    this.names.set(sql, `s${this.names.size}`);
    return this.names.get(sql);
  }
}
