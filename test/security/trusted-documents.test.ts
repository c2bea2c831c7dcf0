import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { post, type RawAnswer, RawSocket, refusalCodes, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const asked = (id: string, version: unknown = 1): object => ({
  extensions: { persistedQuery: { version, sha256Hash: id } },
});
const viewer = 'query Viewer { viewer { id name } }';
const tickets = 'query Tickets { tickets { totalCount } }';
const follow =
  'subscription Follow($id: ID!, $after: Cursor) { commentAdded(ticketId: $id, after: $after) { cursor comment { body } } }';
const folder = mkdtempSync(join(tmpdir(), 'trusted-documents-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const apollo = (documents: Record<string, string>): object => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: Object.entries(documents).map(([id, body]) => ({ id, body, name: 'Any', type: 'query' })),
});

const call = ({ url, token }: Actor, body: object): Promise<RawAnswer> =>
  post(url, body, { authorization: `Bearer ${token}` });
const dataOf = ({ text }: RawAnswer): any => (JSON.parse(text) as { data: unknown }).data;

/** Subscribes with a payload and returns the first message about it. */
async function over(socket: RawSocket, id: string, payload: object): Promise<any> {
  socket.send({ id, type: 'subscribe', payload: { query: '', ...payload } });
  return socket.next();
}
const refused = (code: string, message: string = expect.any(String)): object => ({
  type: 'error',
  payload: [{ message, extensions: { code } }],
});

describe('A document that a client sends with its hash', () => {
  let gateway: TestGateway;
  let customer: Actor;
  beforeAll(async () => {
    gateway = await TestGateway.start();
    customer = await gateway.signIn({ role: 'customer', name: 'Customer' });
  });
  afterAll(() => gateway.stop());

  it('is known by it from then on, to everybody at both doors', async () => {
    const unknown = await call(customer, asked(sha256(follow)));
    expect(unknown.status).toBe(200);
    expect(JSON.parse(unknown.text)).toMatchObject({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    const { id, conversation } = await openTicket(customer);
    const socket = await RawSocket.open(gateway.url, customer.token);
    const notFound = refused('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
    expect(await over(socket, '1', asked(sha256(follow)))).toMatchObject(notFound);
    const variables = { id, after: conversation.headCursor };
    socket.send({ id: '2', type: 'subscribe', payload: { query: follow, variables, ...asked(sha256(follow)) } });
    await customer.run('mutation ($id: ID!) { addComment(input: { ticketId: $id, body: "Hello" }) { replayed } }', {
      id,
    });
    const hello = { type: 'next', payload: { data: { commentAdded: { comment: { body: 'Hello' } } } } };
    expect(await socket.next()).toMatchObject({ id: '2', ...hello });
    // Now that the document has run it is known.
    expect(await over(socket, '3', { variables, ...asked(sha256(follow)) })).toMatchObject({ id: '3', ...hello });
    const deaf = await over(socket, '4', asked(sha256(follow)));
    expect(deaf).toMatchObject({ id: '4', type: 'error', payload: [{ message: expect.stringContaining('"$id"') }] });
    socket.close();

    const other = await gateway.signIn({ role: 'agent', name: 'Agent' });
    expect(dataOf(await call(customer, { query: viewer, ...asked(sha256(viewer)) })).viewer.name).toBe('Customer');
    expect(dataOf(await call(other, asked(sha256(viewer)))).viewer.name).toBe('Agent');
  });

  it('is not taken for another one', async () => {
    const wrong = asked(sha256(tickets));
    const socket = await RawSocket.open(gateway.url, customer.token);
    for (const [body, message] of [
      [{ query: follow, ...wrong }, 'provided sha does not match query'],
      [{ query: follow, ...asked(sha256(follow), 2) }, expect.stringContaining('persisted query version')],
      [asked(sha256(follow), '1'), expect.stringContaining('persisted query version')],
      [{ extensions: { persistedQuery: {} } }, expect.stringContaining('persisted query version')],
    ] as [object, string][]) {
      const errors = [
        { message, extensions: { code: 'VALIDATION_FAILED', argument: ['extensions', 'persistedQuery'] } },
      ];
      const posted = await call(customer, body);
      expect([posted.status, JSON.parse(posted.text)]).toMatchObject([400, { errors }]);
      const fields = Object.entries(body).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      const search = new URLSearchParams(Object.fromEntries(fields) as Record<string, string>).toString();
      const headers = { authorization: `Bearer ${customer.token}`, 'apollo-require-preflight': 'true' };
      const got = await send(`${gateway.url}?${search}`, { headers });
      expect([got.status, JSON.parse(got.text)]).toMatchObject([400, { errors }]);
      expect(await over(socket, '1', body)).toMatchObject({ type: 'error', payload: errors });
    }
    expect(await over(socket, '2', wrong)).toMatchObject(refused('PERSISTED_QUERY_NOT_FOUND'));
    socket.close();
  });

  it('makes room for others after a while, and is not kept when it is long', async () => {
    const long = `query Long { ${'viewer { id } '.repeat(100).padEnd(10_000)} }`;
    expect((await call(customer, { query: long, ...asked(sha256(long)) })).status).toBe(200);
    expect(refusalCodes(await call(customer, asked(sha256(long))))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    for (let count = 0; count <= 500; count++) {
      const query = `query Q${count} { viewer { id } }`;
      expect((await call(customer, { query, ...asked(sha256(query)) })).status).toBe(200);
    }
    const codes = async (query: string) => JSON.parse((await call(customer, asked(sha256(query)))).text).errors ?? [];
    expect(await codes('query Q0 { viewer { id } }')).toHaveLength(1);
    expect(await codes('query Q500 { viewer { id } }')).toEqual([]);
  });

  it('is sent by Apollo Client once', async () => {
    const sent: { query?: string }[] = [];
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([
        new PersistedQueryLink({ sha256 }),
        new HttpLink({
          uri: gateway.url,
          headers: { authorization: `Bearer ${customer.token}` },
          fetch: (url, init) => {
            sent.push(JSON.parse(init?.body as string) as { query?: string });
            return fetch(url, init);
          },
        }),
      ]),
    });
    const query = gql('query OfApollo { viewer { name } }');
    for (let count = 0; count < 2; count++) {
      const { data } = await client.query({ query, fetchPolicy: 'no-cache' });
      expect(data).toMatchObject({ viewer: { name: 'Customer' } });
    }
    expect(sent.map((body) => 'query' in body)).toEqual([false, true, false]);
    client.stop();
  });

  it('is fetched by GET as well, unless it changes something', async () => {
    const byGet = (id: string): Promise<RawAnswer> =>
      send(
        `${gateway.url}?${new URLSearchParams({ extensions: JSON.stringify((asked(id) as any).extensions) }).toString()}`,
        {
          headers: { authorization: `Bearer ${customer.token}`, 'apollo-require-preflight': 'true' },
        },
      );
    const mutation = 'mutation M { createTicket(input: { title: "By GET" }) { replayed } }';
    await call(customer, { query: viewer, ...asked(sha256(viewer)) });
    await call(customer, { query: mutation, ...asked(sha256(mutation)) });
    expect(dataOf(await byGet(sha256(viewer)))).toMatchObject({ viewer: { name: 'Customer' } });
    expect((await byGet(sha256(mutation))).status).toBe(405);
  });
});

describe('Where hashes are off', () => {
  it('both doors say so, so that clients send what they mean', async () => {
    const gateway = await TestGateway.start({ TRUSTED_DOCUMENTS: 'off' });
    try {
      const customer = await gateway.signIn({ role: 'customer' });
      for (const body of [asked(sha256(viewer)), { query: viewer, ...asked(sha256(viewer)) }]) {
        const { text } = await call(customer, body);
        expect(text).toContain('"PERSISTED_QUERY_NOT_SUPPORTED"');
        const socket = await RawSocket.open(gateway.url, customer.token);
        expect(await over(socket, '1', body)).toMatchObject(refused('PERSISTED_QUERY_NOT_SUPPORTED'));
        socket.close();
      }
      expect((await call(customer, { query: viewer })).status).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});

describe.each<[string, () => string, string]>([
  ["Apollo's manifest", () => file('apollo.json', apollo({ [sha256(viewer)]: viewer, follow })), 'follow'],
  [
    "the code generator's manifest",
    () => file('generated.json', { [sha256(viewer)]: viewer, [sha256(follow)]: follow }),
    sha256(follow),
  ],
  [
    'a folder',
    () => {
      const other = mkdtempSync(join(folder, 'documents-'));
      writeFileSync(join(other, 'viewer.graphql'), `${viewer}\n`);
      writeFileSync(join(other, 'more.json'), JSON.stringify(apollo({ follow })));
      writeFileSync(join(other, 'README.md'), 'What is here is trusted.');
      return other;
    },
    'follow',
  ],
])('Where only documents of %s are trusted', (_what, make, followId) => {
  let gateway: TestGateway;
  let customer: Actor;
  let socket: RawSocket;
  beforeAll(async () => {
    const variables = { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: make(), INTROSPECTION: '' };
    gateway = await TestGateway.start(variables);
    customer = await gateway.signIn({ role: 'customer', name: 'Customer' });
    socket = await RawSocket.open(gateway.url, customer.token);
  });
  afterAll(() => {
    socket.close();
    return gateway.stop();
  });

  it('they run by hash and by text, at both doors', async () => {
    for (const body of [asked(sha256(viewer)), { query: viewer }, { query: viewer, ...asked(sha256(viewer)) }]) {
      expect(dataOf(await call(customer, body))).toMatchObject({ viewer: { name: 'Customer' } });
    }
    const unknown = { variables: { id: 'tic_00000000-0000-4000-8000-000000000000' } };
    for (const [index, payload] of [{ query: follow }, asked(followId)].entries()) {
      const message = await over(socket, `t${index}`, { ...payload, ...unknown });
      expect(message).toMatchObject({ payload: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
      expect(await socket.next()).toMatchObject({ type: 'complete' });
    }
  });

  it.each([
    ['another query', tickets],
    ['the same with a blank more', `${viewer} `],
    ['the schema', '{ __schema { types { name } } }'],
    ['nothing but a type name', '{ __typename }'],
    ['a trusted one and another', `${viewer} ${tickets}`],
    ['no document', '{'],
    ['a long one', `{ ${'viewer { id } '.repeat(20_000)} }`],
    ['a mutation', 'mutation { createTicket(input: { title: "Not trusted" }) { replayed } }'],
  ])('%s is refused', async (_name, query) => {
    for (const body of [{ query }, { query, ...asked(sha256(query)) }, { query, ...asked(sha256(viewer)) }]) {
      const answer = await call(customer, body);
      expect([answer.status, refusalCodes(answer)]).toEqual([403, ['PERSISTED_QUERY_NOT_IN_LIST']]);
      if (query.length < 10_000)
        expect(await over(socket, 'r', body)).toMatchObject(refused('PERSISTED_QUERY_NOT_IN_LIST'));
    }
    expect(await notThere(customer, sha256(query))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    if (query.length > 10_000) return;
    const search = new URLSearchParams({ query });
    const byGet = await send(`${gateway.url}?${search.toString()}`, {
      headers: { authorization: `Bearer ${customer.token}`, 'content-type': 'application/json' },
    });
    expect([byGet.status, refusalCodes(byGet)]).toEqual([403, ['PERSISTED_QUERY_NOT_IN_LIST']]);
  });

  it('a text that hides behind another one by GET is refused', async () => {
    for (const texts of [
      [viewer, tickets],
      [tickets, viewer],
    ]) {
      const search = texts.map((query) => new URLSearchParams({ query }).toString()).join('&');
      const answer = await send(`${gateway.url}?${search}`, {
        headers: { authorization: `Bearer ${customer.token}`, 'content-type': 'application/json' },
      });
      expect([answer.status, refusalCodes(answer)]).toEqual([403, ['PERSISTED_QUERY_NOT_IN_LIST']]);
    }
  });

  it('browsers get no GraphiQL', async () => {
    const { status, headers } = await send(gateway.url, { headers: { accept: 'text/html' } });
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });
});

const notThere = async (actor: Actor, hash: string): Promise<string[]> => refusalCodes(await call(actor, asked(hash)));

it.each([
  ['is not there', join(folder, 'nowhere.json'), /can't be read: ENOENT/],
  ['is no JSON', file('broken.json', '{'), /can't be read: .*JSON/],
  ['is a list', file('list.json', [viewer]), /can't be read/],
  ['is a number', file('number.json', 5), /neither Apollo's manifest nor/],
  ['has no texts', file('texts.json', { a: { b: viewer } }), /neither Apollo's manifest nor/],
  [
    'has operations without a text',
    file('half.json', { format: 'apollo-persisted-query-manifest', operations: [{ id: 'a' }] }),
    /neither Apollo's manifest nor/,
  ],
  ['has none', file('none.json', {}), /has no documents/],
])('A gateway does not start when its manifest %s', async (_what, path, message) => {
  const variables = { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: path, INTROSPECTION: '' };
  await expect(TestGateway.start(variables)).rejects.toThrow(message);
});
