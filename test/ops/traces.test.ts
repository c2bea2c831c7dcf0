import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Tickets } from '../../src/services/tickets.js';
import { post } from '../doors/support.js';
import { confirm, impatient, MailServer, quick } from '../mail/support.js';
import { type Actor, secret, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  status: { code?: number };
  attributes: Record<string, unknown>;
}

/** As little of a collector as it takes: it keeps the spans that it is sent as JSON, and calls whoever waits for one. */
class Collector {
  readonly spans: Span[] = [];
  readonly bodies: string[] = [];
  readonly paths = new Set<string | undefined>();
  private readonly server: Server;
  private heard: (() => void) | undefined;

  constructor() {
    this.server = createServer((request, response) => {
      this.paths.add(request.url);
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        this.bodies.push(body);
        this.take(JSON.parse(body));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        this.heard?.();
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** The first span of which something holds. */
  async find(isRight: (span: Span) => boolean): Promise<Span> {
    for (;;) {
      const found = this.spans.find(isRight);
      if (found) return found;
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
  }

  /** All spans of a trace whose first one has arrived: the others ended before it. */
  trace({ traceId }: Span): Span[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  private take({ resourceSpans }: any): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      expect(attributesOf(resource)['service.name']).toBe('ticketing-gateway');
      for (const { spans } of scopeSpans)
        for (const span of spans) this.spans.push({ ...span, attributes: attributesOf(span) });
    }
  }
}

const attributesOf = ({ attributes }: any): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }: any) => [key, Object.values(value as object)[0]]));

const collector = new Collector();
const server = new MailServer();
let gateway: TestGateway;
let agent: Actor;
beforeAll(async () => {
  await server.start();
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(), SMTP_URL: server.url };
  gateway = await TestGateway.start(variables, undefined, { jobs: quick, mailLimits: impatient });
  ({ agent } = await gateway.cast());
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
  collector.stop();
});
afterEach(() => jest.restoreAllMocks());

const ask = (query: string, id: string, headers = {}) =>
  post(gateway.url, { query }, { authorization: `Bearer ${agent.token}`, 'x-request-id': id, ...headers });
const request = (id: string): Promise<Span> => collector.find(({ attributes }) => attributes['request.id'] === id);

it('A request is a trace: of its operation, and of the statements that were sent for it', async () => {
  await agent.run('{ viewer { id } }');
  gateway.statements.take();
  await ask('{ topics { id } }', 'a-query-1');
  const sent = gateway.statements.take();
  const root = await request('a-query-1');
  expect(root).toMatchObject({
    name: 'POST /graphql',
    attributes: { 'http.response.status_code': 200, outcome: 'ok' },
  });
  const spans = collector.trace(root);
  const operation = spans.find(({ name }) => name === 'query topics');
  expect(operation?.parentSpanId).toBe(root.spanId);
  const statements = spans.filter(({ name }) => name === 'statement');
  expect(statements.map(({ attributes }) => attributes['db.query.text'])).toEqual(sent.map((sql) => sql.trim()));
  // Who asks is found out where it is known what is asked: some statements tell both.
  expect(statements.map(({ parentSpanId }) => parentSpanId)).toEqual([operation?.spanId, operation?.spanId]);
  expect(collector.paths).toEqual(new Set(['/v1/traces']));
});

it('A mutation tells of its commit', async () => {
  await ask('mutation { createTicket(input: { title: "Quokka" }) { ticket { id } } }', 'a-mutation-1');
  const names = collector.trace(await request('a-mutation-1')).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['POST /graphql', 'mutation createTicket', 'statement', 'commit']));
});

it('A trace goes on where a header says so, and only where it is one', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await ask('{ viewer { id } }', 'continued', { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  expect(await request('continued')).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
  for (const [n, traceparent] of [`00-${traceId}`, 'nonsense', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`].entries()) {
    await ask('{ viewer { id } }', `not-continued-${n}`, { traceparent });
    const span = await request(`not-continued-${n}`);
    expect(span.traceId).not.toBe(traceId);
    expect(span.parentSpanId ?? '').toBe('');
  }
});

it('A fault is one of its trace, without what it says', async () => {
  jest.spyOn(Tickets.prototype, 'join').mockRejectedValue(new Error('Quokka is out of order'));
  await ask('mutation { joinTicket(input: { ticketId: "x" }) { replayed } }', 'a-fault-1');
  expect(await request('a-fault-1')).toMatchObject({ status: { code: 2 }, attributes: { outcome: 'fault' } });
});

it('A job is a trace of its own, with its statements and with what became of it', async () => {
  const { id } = await openTicket(agent, {
    title: 'A ticket',
    contact: { mainEmail: 'quokka@example.com', preferredContactMethod: 'email' },
  });
  await confirm(agent, id);
  const root = await collector.find(({ name }) => name === 'job mail');
  expect(root.status.code ?? 0).toBe(0);
  expect(collector.trace(root).some(({ name }) => name === 'statement')).toBe(true);

  server.unknown.add('nobody@example.com');
  const other = await openTicket(agent, {
    title: 'A ticket',
    contact: { mainEmail: 'nobody@example.com', preferredContactMethod: 'email' },
  });
  await confirm(agent, other.id);
  await collector.find(({ name, status }) => name === 'job mail' && status.code === 2);
});

it('hold no token, key, or word of anybody', async () => {
  await ask('{ ticketsPage(query: "quokka") { items { id } } }', 'a-search-1');
  await request('a-search-1');
  const text = collector.bodies.join('').toLowerCase();
  for (const what of ['quokka', 'nobody@example.com', secret, agent.token ?? '']) {
    expect(text).not.toContain(what.toLowerCase());
  }
});

it('end with the gateway: what was not sent yet is sent then', async () => {
  const other = await TestGateway.start({ OTEL_EXPORTER_OTLP_ENDPOINT: gateway.config.traceEndpoint ?? '' });
  await post(other.url, { query: '{ __typename }' }, { 'x-request-id': 'the-last-one' });
  await other.stop();
  expect(collector.spans.some(({ attributes }) => attributes['request.id'] === 'the-last-one')).toBe(true);
});

it('do no harm where nobody takes them', async () => {
  const other = await TestGateway.start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  expect((await post(other.url, { query: '{ __typename }' })).status).toBe(200);
  await other.stop();
});
