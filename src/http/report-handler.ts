import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSignedIn, type SignedInViewer } from '../auth/viewer.js';
import { invalid, unauthenticated } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import { acceptedLocales } from '../graphql/lookup/names.js';
import { DateTimeScalar } from '../graphql/shared/scalars.js';
import { isLink, linkParameters } from '../services/links.js';
import type { Report, TicketReports } from '../services/report/reports.js';
import { reportColumns, type ReportRow } from '../services/report/row.js';
import { ReportPeriod, type SpanChoice } from '../services/report/span.js';
import type { LinkSignIn, SignIn } from '../services/sign-in.js';
import { paidBy } from '../telemetry.js';
import { byteOrderMark, csvLines } from './csv.js';
import { refuse } from './refuse.js';
import { allowOnly, type RouteHandler, sendBody } from './route.js';

/** What the download of reports needs. */
export interface ReportDoor {
  readonly reports: TicketReports;
  readonly signIn: SignIn;
  readonly linkSignIn: LinkSignIn;
  readonly formatError: ErrorFormatter;
}

/** Serves reports as CSV, to whoever has a token or a link (parity d17). */
export const createReportHandler =
  (door: ReportDoor): RouteHandler =>
  async (request, response, url) => {
    try {
      await deliver(door, request, response, url);
    } catch (error) {
      refuse(request, response, error, door.formatError);
    }
  };

async function deliver(door: ReportDoor, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  allowOnly('GET', request, response);
  // There the end of the connection is the end of the file, and a broken transfer would look like a whole one.
  if (request.httpVersion === '1.0') {
    throw invalid([], 'protocol', 'Reports are sent in pieces: ask, and let your proxy ask, by HTTP/1.1.');
  }
  const viewer = await viewerOf(door, request, url);
  paidBy(viewer.id);
  checkNames(url.searchParams);
  const choice = choiceIn(url.searchParams);
  const report = await door.reports.open(viewer, choice, localesIn(request, url), 'tickets.csv');
  const chunks = csvOf(door.reports.batches(viewer, report));
  // What fails here can still be told with a status.
  const first = await chunks.next();
  response.writeHead(200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${fileNameOf(report)}"`,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  await sendBody(resumed(first, chunks), response);
}

/** Whoever uses a link, with a token or without, is whom it was made for. */
async function viewerOf(door: ReportDoor, { headers }: IncomingMessage, url: URL): Promise<SignedInViewer> {
  if (isLink(url)) return door.linkSignIn('GET', url);
  const viewer = await door.signIn(headers.authorization);
  if (!isSignedIn(viewer)) throw unauthenticated();
  return viewer;
}

const known = ['period', 'from', 'to', 'locale', ...linkParameters];

/** What is misspelt would be overlooked otherwise, and the report be another than the one that was meant. */
function checkNames(query: URLSearchParams): void {
  for (const name of new Set(query.keys())) {
    const shown = name.slice(0, 50);
    if (!known.includes(name)) {
      throw invalid(
        [shown],
        'unknown',
        `\`${shown}\` is no parameter: there are \`period\`, \`from\`, \`to\` and \`locale\`.`,
      );
    }
    if (query.getAll(name).length > 1) throw invalid([name], 'unique', `Give \`${name}\` once.`);
  }
}

/** The languages that are asked for; a link carries those of whoever asked for it. */
const localesIn = ({ headers }: IncomingMessage, { searchParams }: URL): string[] =>
  acceptedLocales(searchParams.get('locale') ?? headers['accept-language']);

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
  let lines = byteOrderMark + csvLines([reportColumns]);
  for await (const rows of batches) {
    yield lines + csvLines(rows.map((row) => reportColumns.map((column) => row[column])));
    lines = '';
  }
  if (lines !== '') yield lines;
}

async function* resumed(
  first: IteratorResult<string, void>,
  rest: AsyncGenerator<string, void>,
): AsyncGenerator<string> {
  if (!first.done) yield first.value;
  yield* rest;
}
