import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { limits } from '../../src/graphql/limits.js';
import { memoryLog, RawSocket, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { seed, timeFor, trials } from '../support/trials.js';
import { openTicket, say } from '../tickets/support.js';
import { hostileValues, operationWith, type Place, placesOf } from './hostile.js';
import type { Row } from './who-sees-what.js';

const log = memoryLog();
let gateway: TestGateway;
let schema: GraphQLSchema;
let admin: Actor;
let customer: Actor;
/** What is in order, by the names of arguments. */
let known: Row;

beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
  ({ admin, customer } = await gateway.cast());
  schema = buildClientSchema(await admin.run<IntrospectionQuery>(getIntrospectionQuery()));
  const { id } = await openTicket(customer);
  const { id: commentId } = await say(admin, id, 'A word');
  known = {
    ...{ id, ticketId: id, commentId, commentIds: commentId, key: 'support', size: 5, contentType: 'text/plain' },
    ...{ score: 1, email: 'a@example.com', locale: 'en', names: [{ locale: 'en', value: 'New' }], period: 'WEEKLY' },
  };
});
afterAll(() => gateway.stop());

/** In an order that depends on the seed alone. */
function shuffled<T>(values: T[]): T[] {
  let state = (seed % 2_147_483_646) + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  return values
    .map((value) => ({ value, place: next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}

interface Case {
  place: Place;
  value: unknown;
}

/** Some cases, or all of them. */
function casesOf(kinds: Place['kind'][], few: number): Case[] {
  const places = placesOf(schema).filter(({ kind }) => kinds.includes(kind));
  const cases = places.flatMap((place) => hostileValues(place.type).map((value) => ({ place, value })));
  return shuffled(cases).slice(0, trials(few, cases.length));
}

/** Codes that say what is wrong with what was sent, or that nothing is there. */
const told = [
  ...['VALIDATION_FAILED', 'NOT_FOUND', 'FORBIDDEN', 'CURSOR_EXPIRED', 'QUERY_TOO_COMPLEX', 'VERSION_CONFLICT'],
  ...['TICKET_CLOSED', 'TICKET_NOT_CLOSED', 'NOT_RATEABLE', 'IDEMPOTENCY_KEY_REUSED'],
];
/** Words of PostgreSQL, of drivers and of what is inside. */
const inside =
  /syntax error|violates|invalid (?:input syntax|byte sequence)|relation "|column "|pg_|SQLSTATE|QueryFailed|out of range for type|tsquery|at Object\.|node_modules|\/src\/|ECONN/i;

interface Refused {
  message: string;
  code?: string;
  path?: unknown[] | null;
  extensions?: { code: string; argument?: string[] };
}

/** Looks whether refusals are told as they should be: in few words, by a code that says what is wrong, naming the argument. */
function expectTold({ path, field }: Place, value: unknown, text: string, refusals: Refused[]): void {
  const what = { field, path, value: JSON.stringify(value)?.slice(0, 200), text: text.slice(0, 1_000) };
  expect({ ...what, inside: inside.exec(text) }).toEqual({ ...what, inside: null });
  if (refusals.length > 0)
    expect({ ...what, isShort: Buffer.byteLength(text) < 10_000 }).toEqual({ ...what, isShort: true });
  for (const { message, extensions, code = extensions?.code, path: at } of refusals) {
    expect({ ...what, isTold: told.includes(code ?? '') }).toEqual({ ...what, isTold: true });
    if (code !== 'VALIDATION_FAILED') continue;
    const named = [message, ...(extensions?.argument ?? []), ...(at ?? [])].join(' ');
    expect({ ...what, isNamed: path.some((name) => named.includes(name)) }).toEqual({ ...what, isNamed: true });
  }
}

const faults = () => log.entries.filter(({ level }) => level >= 50);

it(
  'refuses odd values of every argument of every query and mutation, naming the argument',
  async () => {
    for (const { place, value } of casesOf(['query', 'mutation'], 500)) {
      const answer = await send(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${admin.token}` },
        body: operationWith(schema, place, value, known),
      });
      type Body = { data?: { field?: { userErrors?: Refused[] } | null } | null; errors?: Refused[] };
      const { data, errors = [] } = JSON.parse(answer.text) as Body;
      expect([200, 400]).toContain(answer.status);
      expectTold(place, value, answer.text, [...errors, ...(data?.field?.userErrors ?? [])]);
    }
    expect(faults()).toEqual([]);
  },
  timeFor(trials(0, 500)),
);

/** What comes for each subscription until some more are refused that were asked for later. */
async function refusalsOn(socket: RawSocket): Promise<Map<string, Refused[]>> {
  const refusals = new Map<string, Refused[]>();
  for (const last of ['last', 'very last']) {
    const query = `subscription { commentAdded(ticketId: "none") { cursor } }`;
    socket.send({ id: last, type: 'subscribe', payload: { query } });
    for (;;) {
      const { id = '', type, payload } = await socket.next();
      if (id === last) break;
      const errors =
        type === 'error' ? (payload as Refused[]) : (payload as { errors?: Refused[] } | undefined)?.errors;
      refusals.set(id, [...(refusals.get(id) ?? []), ...(errors ?? [])]);
    }
  }
  return refusals;
}

it(
  'refuses odd values of every argument of every subscription, naming the argument, and keeps the socket',
  async () => {
    const socket = await RawSocket.open(gateway.url, admin.token);
    const isShort = ({ payload }: { payload: string }): boolean => Buffer.byteLength(payload) < limits.frameBytes - 100;
    const all = casesOf(['subscription'], 150)
      .map((one) => ({ ...one, payload: operationWith(schema, one.place, one.value, known) }))
      .filter(isShort);
    for (let start = 0; start < all.length; start += 20) {
      const part = all.slice(start, start + 20);
      for (const [n, { payload }] of part.entries()) {
        socket.send(`{"id":"${start + n}","type":"subscribe","payload":${payload}}`);
      }
      const refusals = await refusalsOn(socket);
      for (const [n, { place, value }] of part.entries()) {
        socket.send({ id: `${start + n}`, type: 'complete' });
        const own = refusals.get(`${start + n}`) ?? [];
        expectTold(place, value, JSON.stringify(own), own);
      }
    }
    socket.close();
    expect(faults()).toEqual([]);
  },
  timeFor(trials(0, 100)),
);
