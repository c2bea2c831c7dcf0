import type { SignedInViewer } from '../../auth/viewer.js';
import type { Database } from '../../db/database.js';
import {
  Direction,
  type Keyset,
  type LoadedPage,
  type PlacedPage,
  type Position,
  type Window,
} from '../../db/keyset.js';
import { readCursor, writeCursor } from '../../db/list-cursors.js';
import { countUpTo, readWindow } from '../../db/read-list.js';
import { Ticket } from '../../entities/ticket.js';
import { type ArgumentPath, forbidden } from '../../errors.js';
import { createLoaders, type Loaders } from '../../loaders/loaders.js';
import { canReport } from '../../policies/report-policy.js';
import { visibleTickets } from '../../policies/visibility.js';
import { auditReading } from '../audit/write-audit.js';
import type { Links } from '../links.js';
import type { TicketReading } from '../read-tickets.js';
import { readRows, type ReportRow } from './row.js';
import { type Span, type SpanChoice, spanOf } from './span.js';

/** What time it is, in milliseconds since the epoch. */
export type Clock = () => number;

/** A report that was asked for by somebody who may have it. */
export interface Report extends Span {
  /** Up to when tickets that are not closed have run. */
  readonly now: Date;
  /** In which languages states and topics are named, the most wanted first. */
  readonly locales: readonly string[];
}

/** How a report is read. */
export type ReportForm = 'ticketReport' | 'tickets.csv';

/** Where the CSV is. */
export const csvPath = '/reports/tickets.csv';

const order = 'REPORT';
const keys = [
  { sql: 't.created_at', type: 'timestamptz' },
  { sql: 't.id', type: 'uuid' },
] as const;
/** Up to how many rows are counted. */
const countCap = 10_000;
/** How many rows are held at a time while all of them are read. */
const batchSize = 500;

/** Reports on tickets that were opened in a span of time, oldest first (parity d17, d18, d19). */
export class TicketReports {
  constructor(
    private readonly db: Database,
    private readonly links: Links,
    private readonly reading: TicketReading,
    private readonly clock: Clock,
  ) {}

  /** Takes an order for a report, and notes who gave it before anything is read; FORBIDDEN for customers. */
  async open(
    viewer: SignedInViewer,
    choice: SpanChoice,
    locales: readonly string[],
    form: ReportForm,
  ): Promise<Report> {
    if (!canReport(viewer)) throw forbidden('Reports are for staff.');
    const now = new Date(this.clock());
    const span = spanOf(choice, now);
    await auditReading(this.db.primary, viewer.id, form, span);
    return { ...span, now, locales };
  }

  /** A link to the same tickets as CSV, in the same languages; a period has its ends in it, and does not move on. */
  csvUrl(viewer: SignedInViewer, { from, to, locales }: Report): string {
    const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), locale: locales.join() });
    return this.links.sign({ method: 'GET', path: `${csvPath}?${query.toString()}`, actorId: viewer.id }, this.clock());
  }

  /** The position of a row, as clients see it. */
  writeCursor({ createdAt, id }: ReportRow): string {
    return writeCursor(order, [createdAt, id]);
  }

  /** The position behind a cursor. */
  readCursor(cursor: string, path: ArgumentPath): Position {
    const types = keys.map(({ type }) => type);
    return readCursor(order, types, cursor, path);
  }

  /** The rows between two positions. */
  async window(
    viewer: SignedInViewer,
    loaders: Loaders,
    report: Report,
    window: Window<Position>,
  ): Promise<LoadedPage<ReportRow>> {
    const { rows, ...place } = await readWindow(this.db, ticketsOf(viewer, report), window);
    return { ...place, rows: await this.rowsOf(rows, loaders, report) };
  }

  /** How many rows there are: no more than the cap are counted. */
  async count(viewer: SignedInViewer, report: Report): Promise<number> {
    return Math.min(await countUpTo(this.db, ticketsOf(viewer, report), countCap), countCap);
  }

  /**
   * All rows, a batch at a time, each read only when it is asked for. No transaction holds them together: what is opened, deleted
   * or renamed meanwhile shows or does not, and no row comes twice, because its place never changes.
   */
  async *batches(viewer: SignedInViewer, report: Report): AsyncGenerator<ReportRow[], void> {
    const list = ticketsOf(viewer, report);
    const loaders = createLoaders(this.db, viewer);
    let after: Position | null = null;
    do {
      const page: PlacedPage<Listed> = await readWindow(this.db, list, {
        limit: batchSize,
        from: 'front',
        after,
        before: null,
      });
      const last = page.rows.at(-1);
      if (!last) return;
      yield await this.rowsOf(page.rows, loaders, report);
      after = page.hasNext ? page.positionOf(last) : null;
    } while (after);
  }

  private rowsOf(tickets: readonly Listed[], loaders: Loaders, report: Report): Promise<ReportRow[]> {
    const ids = tickets.map(({ id }) => id);
    return readRows(this.db, loaders, ids, { ...report, humanIdOf: (ticket) => this.reading.humanIdOf(ticket) });
  }
}

type Listed = Pick<Ticket, 'id'>;

const ticketsOf = (viewer: SignedInViewer, { from, to }: Span): Keyset<Listed> => ({
  entity: Ticket,
  alias: 't',
  columns: (row) => `${row}.id`,
  where: (bind) =>
    `${visibleTickets(viewer, 't', bind)} and t.created_at >= ${bind(from)} and t.created_at < ${bind(to)}`,
  keys,
  direction: Direction.ASC,
});
