import { randomUUID } from 'node:crypto';
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';
import { type TicketFilter, type TicketOrder, TicketsDocument, TicketsPageDocument } from '../support/_generated.js';
import type { Actor, TestGateway } from '../support/gateway.js';

export type Variables = VariablesOf<typeof TicketsDocument>;
export type Connection = ResultOf<typeof TicketsDocument>['tickets'];
export type NumberedPage = ResultOf<typeof TicketsPageDocument>['ticketsPage'];

/** A list by positions. */
export const list = async (actor: Actor, variables: Variables = {}): Promise<Connection> =>
  (await actor.run(TicketsDocument, variables)).tickets;

/** A list by page numbers. */
export const pageOf = async (
  actor: Actor,
  variables: VariablesOf<typeof TicketsPageDocument> = {},
): Promise<NumberedPage> => (await actor.run(TicketsPageDocument, variables)).ticketsPage;

/** Titles of the tickets that match, in the order that is asked for. */
export const titles = async (
  actor: Actor,
  filter: TicketFilter | null = null,
  orderBy: TicketOrder = { field: 'TITLE', direction: 'ASC' },
): Promise<string[]> => (await list(actor, { filter, orderBy, first: 100 })).nodes.map(({ title }) => title);

/** Titles of what a search finds, in alphabetical order. */
export const search = async (actor: Actor, query: string): Promise<string[]> =>
  (await list(actor, { query, first: 100, orderBy: { field: 'TITLE', direction: 'ASC' } })).nodes.map(
    ({ title }) => title,
  );

/** What a list is refused for. */
export async function refusal(
  actor: Actor,
  variables: Record<string, unknown>,
  document: typeof TicketsDocument | typeof TicketsPageDocument = TicketsDocument,
): Promise<{ code: string; argument: string[] | undefined; message: string }> {
  const { errors } = await actor.send(document as typeof TicketsDocument, variables);
  const [error] = errors ?? [];
  if (!error) throw new Error('it was not refused');
  return { code: error.extensions.code, argument: error.extensions.argument, message: error.message };
}

/** A column of a table and its value. */
type Row = Readonly<Record<string, unknown>>;

/** Writes rows past the gateway, as they are; answers the ids. */
export async function insert(gateway: TestGateway, table: string, rows: readonly Row[]): Promise<string[]> {
  const all = rows.map((row) => ({ id: randomUUID(), ...row }));
  const columns = [...new Set(all.flatMap((row) => Object.keys(row)))];
  await gateway.app.services.db.query(
    `insert into ${table} (${columns.join(', ')})
     select ${columns.join(', ')} from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(all)],
  );
  return all.map(({ id }) => id);
}

/** Id of a state. */
export async function stateId(gateway: TestGateway, type: string, key: string): Promise<string> {
  const sql = 'select id from states where type = $1 and key = $2';
  const [state] = await gateway.app.services.db.query<{ id: string }>(sql, [type, key]);
  return state!.id;
}

/** What no ticket can do without. */
export async function plainTicket(gateway: TestGateway, reporterId: string): Promise<Row> {
  return {
    title: 'A ticket',
    status_id: await stateId(gateway, 'STATE', 'created'),
    priority_id: await stateId(gateway, 'PRIORITY', 'low'),
    access_level: 'PRIVATE',
    reporter_id: reporterId,
    is_client_author: true,
    author_ids: [reporterId],
    member_ids: [reporterId],
    last_support_seq: 0,
    client_read_seq: 0,
    staff_seq: 1,
    public_seq: 1,
    version: 1,
    access_version: 1,
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    last_event_at: '2026-01-01T00:00:00.000Z',
  };
}

/** Makes a ticket for each of the rows, the reporter being their only author. */
export async function insertTickets(gateway: TestGateway, reporter: Actor, rows: readonly Row[]): Promise<string[]> {
  const plain = await plainTicket(gateway, await idOf(reporter));
  const numbers = await gateway.app.services.db.query<{ number: string }>(
    `select nextval(pg_get_serial_sequence('tickets', 'number')) as number from generate_series(1, $1)`,
    [rows.length],
  );
  return insert(
    gateway,
    'tickets',
    rows.map((row, index) => ({ number: Number(numbers[index]?.number), ...plain, ...row })),
  );
}

/** The uuid of somebody. */
export const idOf = async (actor: Actor): Promise<string> =>
  (await actor.run<{ viewer: { id: string } }>('{ viewer { id } }')).viewer.id.slice(4);
