import { getIntrospectionQuery } from 'graphql';
import { limits } from '../../src/graphql/limits.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { memoryLog, post, RawSocket, refusalCodes } from './support.js';

const log = memoryLog();
let gateway: TestGateway;
let customer: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
  customer = await gateway.signIn({ role: 'customer', organization: 'ORG-1', name: 'Customer' });
});
afterAll(() => gateway.stop());

const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const nested = (count: number, open: string, inner: string, close: string): string =>
  open.repeat(count) + inner + close.repeat(count);
const deep = (levels: number): string =>
  `{ node(id: "1") { ... on Ticket ${nested((levels - 2) / 2, '{ conversation { ticket ', '{ id }', '} }')} } }`;
const chain = (count: number, link: (next: string) => string, end: string): string =>
  `{ ...f0 } ${many(count, (i) => `fragment f${i} on Query { ${link(`f${i + 1}`)} }`)} fragment f${count} on Query { ${end} }`;

async function overHttp(query: string): Promise<string[]> {
  const answer = await post(gateway.url, { query });
  expect(answer.status).toBe(400);
  return refusalCodes(answer);
}

async function overSocket(query: string): Promise<string[]> {
  const socket = await RawSocket.open(gateway.url);
  const { type, payload } = await socket.ask(query);
  socket.close();
  expect(type).toBe('error');
  expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(10_000);
  return (payload as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
}

const tooMuch: [string, string][] = [
  ['has too many tokens', `{ ${many(limits.tokens, () => '__typename')} }`],
  ['has too many lines', `${'\n'.repeat(limits.lines + 1)}{ __typename }`],
  ['has too many lines of an older kind', `${'\r'.repeat(limits.lines + 1)}{ ${many(100, (i) => `wrong${i}`)} }`],
  ['is too deep', deep(limits.depth + 2)],
  ['is too deep in its fragments', `{ ...a } fragment a on Query ${deep(limits.depth + 2)}`],
  ['is too deep in a fragment that is not used', `{ __typename } fragment a on Query ${deep(limits.depth + 2)}`],
  ['nests lists without end', `{ node(id: ${'['.repeat(1_990)}`],
  ['nests objects without end', `{ node(id: ${'{a:'.repeat(1_990)}`],
  ['nests selections without end', '{a'.repeat(1_990)],
  ['nests types without end', `query ($a: ${'['.repeat(limits.tokens)}`],
  ['has too many aliases', `{ ${many(limits.aliases + 1, (i) => `a${i}: __typename`)} }`],
  ['has too many aliases in its operations together', many(limits.aliases + 1, (i) => `query q${i} { a: __typename }`)],
  ['has too many directives', `{ ${many(limits.directives + 1, (i) => `f${i} @skip(if: true)`)} }`],
  ['asks for the same too often', `{ ${many(limits.repetitions + 2, () => 'viewer { id }')} }`],
  [
    'asks for the same too often in several fragments',
    `{ ${many(limits.repetitions / 2 + 2, () => '...f')} } fragment f on Query { viewer { id } }`,
  ],
  ['asks for too much', `{ ${many(limits.selections + 1, (i) => `f${i}`)} }`],
  ['asks for the schema under many names', `{ ${many(5, (i) => `a${i}: __schema { types { name } }`)} }`],
  ['asks for a type under many names', `{ ${many(5, (i) => `a${i}: __type(name: "Ticket") { name }`)} }`],
  ['asks for parts of the schema under many names', `{ __schema { types { ${many(5, (i) => `a${i}: name`)} } } }`],
  [
    'asks for the schema at length',
    `{ __schema { ${many(3, (i) => `...f${i}`)} } } ${many(3, (i) => `fragment f${i} on __Schema { ${'types { kind name description } '.repeat(22)} }`)}`,
  ],
  ['doubles its fragments', chain(40, (next) => `...${next} ...${next}`, '__typename')],
  ['doubles them under other names', chain(11, (next) => `a: viewer { id } ...${next} ...${next}`, '__typename')],
  [
    'doubles its fields',
    `{ viewer { ...f0 } } ${many(40, (i) => `fragment f${i} on User { a: organization { id } ...f${i + 1} ...f${i + 1} }`)}`,
  ],
  ['has a fragment in itself', '{ ...a } fragment a on Query { ...a }'],
  ['has fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { viewer { id } ...a }'],
  [
    'has a circle of fragments that are not used',
    '{ __typename } fragment a on Query { ...b } fragment b on Query { ...a }',
  ],
];

describe.each([
  ['HTTP', overHttp],
  ['the socket', overSocket],
])('Over %s', (_door, ask) => {
  it.each(tooMuch)('a document that %s is refused in a few words', async (_what, document) => {
    expect(await ask(document)).toEqual(['QUERY_TOO_COMPLEX']);
    expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it.each([
    ['many wrong fields', `{ ${many(400, (i) => `wrong${i}`)} }`],
    ['a name that is a text of its own', `{ ${'viewer'.repeat(15_000)} }`],
    ['long wrong values', `{ ${many(12, (i) => `a${i}: states(type: "${'ж'.repeat(3_000)}") { id }`)} }`],
    ['one variable named many times', `query (${many(400, () => '$a: ID')}) { __typename }`],
    ['fields that contradict each other', `{ ${many(99, (i) => `topic(key: "${i}") { id }`)} }`],
    ['no end', '{ viewer { id }'],
    ['a word that is no operation', `${'a'.repeat(100_000)} { id }`],
    ['a text that has no end', `{ node(id: "${'a'.repeat(100_000)}`],
  ])('a document with %s is refused in a few words', async (_what, document) => {
    const codes = await ask(document);
    expect(codes.length).toBeGreaterThan(0);
    expect(codes).not.toContain('INTERNAL');
  });
});

describe('A body that takes long to read', () => {
  it.each([
    ['brackets', '['.repeat(limits.bodyBytes)],
    ['lists', `{"query":"{ __typename }","variables":{"a":[${'[],'.repeat(30_000)}0]}}`],
    ['names', `{"query":"{ __typename }","variables":{${many(20_001, (i) => `"k${i}":1`).replaceAll(' ', ',')}}}`],
    ['numbers', `{"query":"{ __typename }","variables":{"a":[${'1,'.repeat(20_001)}1]}}`],
    ['names behind a text with a quote', `{"query":"\\"","variables":[${'1,'.repeat(20_001)}1]}`],
  ])('because of its %s is refused before it is', async (_what, body) => {
    const answer = await post(gateway.url, body);
    expect([answer.status, refusalCodes(answer)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
    expect(answer.text).toContain('at most 20000 values');
  });

  it('is taken when most of it is a text, whatever signs are in it', async () => {
    const variables = { text: '[{,"\\\\'.repeat(60_000) };
    const answer = await post(gateway.url, { query: 'query ($text: ID) { __typename @skip(if: false) }', variables });
    expect(refusalCodes(answer)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('A document that is longer than a frame', () => {
  it('is refused over HTTP as well', async () => {
    expect(await overHttp('{ __typename } #'.padEnd(limits.characters + 1, '-'))).toEqual(['QUERY_TOO_COMPLEX']);
  });
});

describe('Just within the limits', () => {
  const frame = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });

  it.each([
    [
      'tokens',
      `{ ${many(98, (i) => `a${i}: __typename`)} ${many(50, () => '...{ ...{ ...{ __typename } } }').repeat(2)} }`,
    ],
    ['lines', `${'\n'.repeat(limits.lines)}{ __typename }`],
    ['characters', '{ __typename } #'.padEnd(limits.characters, '-')],
    ['aliases', `{ ${many(limits.aliases, (i) => `a${i}: __typename`)} }`],
    ['directives', `{ ${many(limits.directives, () => '__typename @include(if: true)')} }`],
    ['repetitions', `{ ${many(limits.repetitions + 1, () => '__typename')} }`],
    ['selections', `{ ${'...{ '.repeat(400)} __typename ${'}'.repeat(400)} }`],
  ])('a document is answered: %s', async (_what, query) => {
    const { status, text } = await post(gateway.url, { query });
    expect([status, JSON.parse(text)]).toEqual([200, { data: expect.objectContaining({}) }]);
  });

  it('a document is answered: depth', async () => {
    expect(await customer.run(deep(limits.depth).replace('"1"', '"VGlja2V0OjA"'))).toEqual({ node: null });
  });

  it('a frame is answered', async () => {
    const socket = await RawSocket.open(gateway.url);
    socket.send(frame.padEnd(limits.frameBytes));
    expect(await socket.next()).toMatchObject({ type: 'error', id: '1' });
    socket.close();
  });

  it('a frame of one byte more closes the socket with 1009', async () => {
    const socket = await RawSocket.open(gateway.url);
    socket.send(frame.padEnd(limits.frameBytes + 1));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });
});

describe('What clients really send is answered', () => {
  it('when it is the introspection of a tool', async () => {
    const everything = {
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    };
    const { __schema } = await customer.run(getIntrospectionQuery(everything));
    expect(__schema.subscriptionType.name).toBe('Subscription');
  });

  it('when it is all that a page of a ticket could want', async () => {
    const { createTicket } = await customer.run(
      'mutation { createTicket(input: { title: "Big", body: "Hello" }) { ticket { id } } }',
    );
    const { ticket } = await customer.run(
      `query Page($id: ID!) {
        ticket(id: $id) {
          ...Head ...Side
          comments(first: 100) { totalCount pageInfo { ...Page } edges { cursor node { ...Comment } } nodes { ...Comment } }
          lastComment { ...Comment }
          conversation {
            id headCursor
            members { id joinedAt user { ...Person } }
            events(last: 100) {
              pageInfo { ...Page }
              nodes {
                __typename cursor at actor { ...Person }
                ... on TicketOpened { ticket { ...Head } }
                ... on CommentAdded { comment { ...Comment } }
                ... on MemberJoined { user { ...Person } }
                ... on TicketClosed { ticket { ...Head } }
                ... on TicketReopened { ticket { ...Head } }
                ... on Rated { subject { id vote { ...Vote } } vote { ...Vote } }
              }
            }
          }
        }
        topics { ...Topic subtopics { ...Topic } }
        states { ...State }
        viewer { ...Person email organization { id name } projects { id key name } }
      }
      fragment Page on PageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      fragment Person on User { id name role isActive }
      fragment State on State { id key category rank name(locale: "en") names { locale value } }
      fragment Topic on Topic { id key name names { locale value } }
      fragment Vote on Vote { score comment createdAt }
      fragment Comment on Comment { id body sentAt editedAt deletedAt isClientAuthor author { ...Person } vote { ...Vote } version }
      fragment Head on Ticket { id number humanId title isOpen isResolved createdAt updatedAt closedAt version status { ...State } }
      fragment Side on Ticket {
        description accessLevel reporter { ...Person } authors { ...Person } assignee { ...Person } group { id name }
        organization { id name } project { id name } topic { ...Topic } type { ...State } priority { ...State }
        stage { ...State } outcome { ...State } vote { ...Vote }
        viewerCanClose viewerCanComment viewerCanJoin viewerCanReopen
      }`,
      { id: createTicket.ticket.id },
    );
    expect(ticket).toMatchObject({ title: 'Big', comments: { totalCount: 1 } });
  });

  it('when it is a mutation with a text of 50,000 characters in it', async () => {
    const body = 'ж'.repeat(50_000);
    const { createTicket } = await customer.run(
      `mutation { createTicket(input: { body: "${body}" }) { comment { body } } }`,
    );
    expect(createTicket.comment.body).toBe(body);
  });
});

describe('The socket', () => {
  let printed: jest.SpyInstance;
  beforeEach(() => (printed = jest.spyOn(console, 'error').mockImplementation()));
  afterEach(() => printed.mockRestore());

  it.each([
    '{ __typename }',
    'query { viewer { id } }',
    'mutation { createTicket(input: { title: "Over the socket" }) { replayed } }',
  ])('does not run %s', async (operation) => {
    const socket = await RawSocket.open(gateway.url, customer.token);
    const { type, payload } = await socket.ask(operation);
    expect([type, payload]).toEqual([
      'error',
      [{ message: expect.stringContaining('Only subscriptions'), extensions: { code: 'BAD_REQUEST' } }],
    ]);
    const written = "select from tickets where title = 'Over the socket'";
    expect(await gateway.app.services.db.query(written)).toEqual([]);
    socket.close();
  });

  it('does not run a query that hides behind a subscription', async () => {
    const socket = await RawSocket.open(gateway.url, customer.token);
    const query = 'subscription S { commentAdded(ticketId: "1") { cursor } } query Q { __schema { types { name } } }';
    socket.send({ id: '1', type: 'subscribe', payload: { query, operationName: 'Q' } });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_REQUEST' } }] });
    socket.send({ id: '2', type: 'subscribe', payload: { query } });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'BAD_REQUEST' } }] });
    socket.close();
  });

  it.each<[string, unknown, number]>([
    ['no JSON', '{', 4400],
    ['no object', '[]', 4400],
    ['null', 'null', 4400],
    ['of no known type', { type: 'launch' }, 4400],
    ['without an id', { type: 'subscribe', payload: { query: '{ __typename }' } }, 4400],
    ['whose query is no text', { id: '1', type: 'subscribe', payload: { query: 1 } }, 4400],
    ['whose variables are no object', { id: '1', type: 'subscribe', payload: { query: '{a}', variables: 'x' } }, 4400],
    ['nested without end', '['.repeat(100_000), 4400],
    ['in bytes that are no UTF-8', Buffer.from([0xff, 0xfe]), 4400],
    ['that says once more who is there', { type: 'connection_init' }, 4429],
  ])('closes on a message %s and goes on serving others', async (_what, message, code) => {
    const other = await RawSocket.open(gateway.url);
    const socket = await RawSocket.open(gateway.url);
    socket.send(message);
    expect(await socket.closed).toMatchObject({ code });
    other.send({ type: 'ping' });
    expect(await other.next()).toEqual({ type: 'pong' });
    other.close();
    expect(printed).not.toHaveBeenCalled();
  });
});
