import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isSignedIn, type SignedInViewer } from '../auth/viewer.js';
import { invalid, unauthenticated } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import { DateTimeScalar } from '../graphql/shared/scalars.js';
import type { Report, TicketReports } from '../services/report/reports.js';
import { reportColumns, type ReportRow } from '../services/report/row.js';
import { ReportPeriod, type SpanChoice } from '../services/report/span.js';
import type { LinkSignIn, SignIn } from '../services/sign-in.js';
import { csvLines } from './csv.js';
import { refuse, respond } from './refuse.js';

/** What the download of reports needs. */
export interface ReportDoor {
  readonly reports: TicketReports;
  readonly signIn: SignIn;
  readonly signInByLink: LinkSignIn;
  readonly formatError: ErrorFormatter;
}

/** Answers one route. */
export type RouteHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Serves reports as CSV, to whoever has a token or a link (parity d17). */
export const createReportHandler =
  (door: ReportDoor): RouteHandler =>
  async (request, response, url) => {
    const refuseAs = (status: number, constraint: string, message: string): void =>
      respond(response, status, { errors: [door.formatError(invalid([], constraint, message))] });
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      return refuseAs(405, 'method', 'Reports are downloaded by GET.');
    }
    // There the end of the connection is the end of the file, and a broken transfer would look like a whole one.
    if (request.httpVersion === '1.0') {
      return refuseAs(505, 'protocol', 'Reports are sent in pieces: ask, and let your proxy ask, by HTTP/1.1.');
    }
    let report: Report;
    let chunks: AsyncGenerator<string, void>;
    let first: IteratorResult<string, void>;
    try {
      const viewer = await viewerOf(door, request, url);
      report = door.reports.open(viewer, choiceIn(url.searchParams));
      chunks = csvOf(door.reports.batches(viewer, report));
      // What fails here can still be told with a status.
      first = await chunks.next();
    } catch (error) {
      return refuse(request, response, error, door.formatError);
    }
    response.writeHead(200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${fileNameOf(report)}"`,
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
    });
    await send(response, first, chunks);
  };

/** A signature in the address makes it a link; whoever used one with a token as well is whom the link was made for. */
async function viewerOf(door: ReportDoor, { headers }: IncomingMessage, url: URL): Promise<SignedInViewer> {
  if (url.searchParams.has('signature')) return door.signInByLink('GET', url);
  const viewer = await door.signIn(headers.authorization);
  if (!isSignedIn(viewer)) throw unauthenticated();
  return viewer;
}

function choiceIn(query: URLSearchParams): SpanChoice {
  return { period: periodIn(query), from: momentIn(query, 'from'), to: momentIn(query, 'to') };
}

function periodIn(query: URLSearchParams): ReportPeriod | null {
  const text = query.get('period');
  if (text === null) return null;
  const period = Object.values(ReportPeriod).find((name) => name === text.toUpperCase());
  if (!period) throw invalid(['period'], 'enum', '`period` must be `weekly` or `monthly`.');
  return period;
}

function momentIn(query: URLSearchParams, name: 'from' | 'to'): Date | null {
  const text = query.get(name);
  if (text === null) return null;
  try {
    // A plus sign that nobody escaped arrives as a blank.
    return DateTimeScalar.parseValue(text.replace(' ', '+'));
  } catch {
    const example = '2026-05-04T09:30:00Z';
    throw invalid([name], 'dateTime', `\`${name}\` must be a moment as RFC 3339 writes it: \`${example}\`.`);
  }
}

/** `tickets-2026-05-04T000000Z-2026-05-06T101523Z.csv` */
function fileNameOf({ from, to }: Report): string {
  const [start, end] = [from, to].map((moment) => moment.toISOString().replace(/:|\.\d+/g, ''));
  return `tickets-${start}-${end}.csv`;
}

/** The line of names comes with the first rows, so that nothing is sent before these could be read. */
async function* csvOf(batches: AsyncIterable<ReportRow[]>): AsyncGenerator<string, void> {
  let lines = csvLines([reportColumns]);
  for await (const rows of batches) {
    yield lines + csvLines(rows.map((row) => reportColumns.map((column) => row[column])));
    lines = '';
  }
  if (lines !== '') yield lines;
}

/** Reads on only as fast as the client does, and no further once it is gone; a fault breaks the transfer, so that nobody takes a part for the whole. */
async function send(
  response: ServerResponse,
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): Promise<void> {
  try {
    await pipeline(async function* () {
      if (!first.done) yield first.value;
      yield* rest;
    }, response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
