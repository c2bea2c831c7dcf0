import { parse } from 'csv-parse/sync';
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { type RawAnswer, send } from '../doors/support.js';
import { TicketReportDocument } from '../support/_generated.js';
import type { Actor } from '../support/gateway.js';

export type Variables = VariablesOf<typeof TicketReportDocument>;
export type Report = NonNullable<ResultOf<typeof TicketReportDocument>['ticketReport']>;

/** A report that has to be given. */
export async function report(actor: Actor, variables: Variables): Promise<Report> {
  return (await actor.run(TicketReportDocument, variables)).ticketReport as Report;
}

/** Descriptions of the tickets in a report. */
export const described = async (actor: Actor, variables: Variables): Promise<(string | null)[]> =>
  (await report(actor, { first: 100, ...variables })).rows.nodes.map((row) => row.ticketDescription);

/** Where a gateway's reports are. */
export const csvUrl = ({ url }: { url: string }, query: Record<string, string>): string =>
  `${url.replace('/graphql', '/reports/tickets.csv')}?${new URLSearchParams(query).toString()}`;

/** Asks for a report as CSV with somebody's token. */
export const download = (actor: Actor, query: Record<string, string>): Promise<RawAnswer> =>
  send(csvUrl(actor, query), actor.token ? { headers: { authorization: `Bearer ${actor.token}` } } : {});

/** The cells of a CSV text as a strict reader finds them behind the byte order mark. */
export function cellsOf(text: string): string[][] {
  expect(text.startsWith('\uFEFF')).toBe(true);
  return parse(text, { record_delimiter: '\r\n', bom: true });
}

/** What refused a download. */
export function refusalOf({ status, text, headers }: RawAnswer): { status: number; code: string; argument: unknown } {
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
  const { errors } = JSON.parse(text) as { errors: { extensions: { code: string; argument?: string[] } }[] };
  expect(errors).toHaveLength(1);
  return { status, code: errors[0]!.extensions.code, argument: errors[0]!.extensions.argument };
}
