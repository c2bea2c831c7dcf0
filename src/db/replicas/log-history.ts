/**
 * SQL of where the log of the primary ends, in bytes since it began (an LSN as a number): whatever anybody can have seen lies
 * before it. What is flushed is all of that, unless commits do not wait for it.
 */
export const endOfLog = `(case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
  else pg_current_wal_flush_lsn() end - '0/0'::pg_lsn)::float8`;

/** How long it is remembered where the log ended, in milliseconds. */
const memoryMs = 3_600_000;

/** Where the log of the primary ended at which moment: it tells how old a position is without trusting a clock of another machine. */
export class LogHistory {
  private moments: { readonly at: number; readonly end: number }[] = [];

  /** Notes where the log ends now. */
  note(end: number): void {
    const now = performance.now();
    this.moments = this.moments.filter(({ at }) => now - at < memoryMs);
    this.moments.push({ at: now, end });
  }

  /** Whether a position is none from before the gateway began to look. */
  includes(position: number): boolean {
    const [first] = this.moments;
    return first !== undefined && position >= first.end;
  }

  /** For how long, in milliseconds, a position has been passed by; at least that long where it lies before all that is known. */
  lagAt(position: number): number {
    const latest = this.moments.at(-1);
    if (!latest || position >= latest.end) return 0;
    const reached = this.moments.findLast(({ end }) => end <= position) ?? this.moments[0];
    return performance.now() - (reached ?? latest).at;
  }
}
