import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, mkdtempSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, request as plainRequest, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../src/logger.js';
import { memoryLog } from '../doors/support.js';
import { client, follow, type Followed } from '../client/support.js';
import { insertTickets } from '../lists/support.js';
import { addComment, openTicket, ticketLog } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { documentedConfiguration, missing, Nginx } from './nginx.js';

if (missing.length > 0) console.warn(`Not run: a gateway behind nginx. Install ${missing.join(' and ')}.`);

it('The configuration in the document is the file that is delivered', () => {
  expect(documentedConfiguration()).toBe(readFileSync('deploy/nginx.conf', 'utf8'));
});

const createUpload = `mutation ($input: CreateUploadInput!) {
  createUpload(input: $input) { file { id } uploadUrl userErrors { code } } }`;

(missing.length > 0 ? describe.skip : describe)('Through nginx', () => {
  const { logger, entries } = memoryLog();
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const files = join(folder, 'files');
  const gateways: TestGateway[] = [];
  let nginx: Nginx;
  let customer: Actor;
  let agent: Actor;
  beforeAll(async () => {
    const port = await freePort();
    const settings = {
      PUBLIC_URL: `https://localhost:${port}`,
      STORAGE_URL: `file://${files}`,
      TRUSTED_PROXIES: '127.0.0.1',
      COST_PER_MINUTE: '50000',
    };
    // The embedded engine serves one process: both lines of the configuration lead to the same.
    for (let n = 0; n < (onServer() ? 2 : 1); n++) gateways.push(await TestGateway.start(settings, logger));
    const [first = '', second = first] = gateways.map(({ url }) => new URL(url).host);
    nginx = await Nginx.start(folder, port, [first, second]);
    const { customer: asCustomer, agent: asAgent } = await (gateways[0] as TestGateway).cast();
    [customer, agent] = [asCustomer, asAgent];
  });
  afterAll(async () => {
    await nginx.stop();
    for (const gateway of gateways) await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  const run = async (actor: Actor, query: string, variables: object = {}): Promise<any> => {
    const { status, answer } = await nginx.post(actor.token ?? '', query, variables);
    expect({ status, errors: answer.errors }).toEqual({ status: 200, errors: undefined });
    return answer.data;
  };
  const open = async (title: string): Promise<string> =>
    (await run(customer, openTicket, { input: { title, body: 'First' } })).createTicket.ticket.id as string;

  it('queries and mutations are answered by both gateways, under one request id from end to end', async () => {
    const id = await open('Through the proxy');
    for (let n = 0; n < 4; n++) {
      const { ticket } = await run(customer, 'query ($id: ID!) { ticket(id: $id) { title } }', { id });
      expect(ticket).toEqual({ title: 'Through the proxy' });
    }
    const { headers } = await nginx.send('/health/ready');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers['strict-transport-security']).toBeDefined();
  });

  it('a subscription is upgraded, follows, and resumes', async () => {
    const id = await open('Followed');
    const { ticket } = await run(customer, ticketLog, { id });
    const live = client(`${nginx.origin.replace('https', 'wss')}/graphql`, customer.token ?? '', {
      webSocketImpl: nginx.webSocket,
    });
    const bodies: (string | undefined)[] = [];
    await run(agent, addComment, { input: { ticketId: id, body: 'one' } });
    for await (const { data } of live.iterate<Followed>(follow(id, ticket.conversation.headCursor))) {
      const body = data?.conversationEvents.comment?.body;
      if (body === undefined) continue;
      bodies.push(body);
      if (body === 'one') {
        live.terminate();
        await run(agent, addComment, { input: { ticketId: id, body: 'two' } });
      }
      if (body === 'two') break;
    }
    await live.dispose();
    expect(bodies).toEqual(['one', 'two']);
  });

  it('a file of 20 MB goes to the gateway as it comes, and back', async () => {
    const bytes = randomBytes(20 * 1024 * 1024);
    const input = { name: 'all.bin', size: bytes.length, contentType: 'application/octet-stream' };
    const { file, uploadUrl } = (await run(customer, createUpload, { input })).createUpload;
    expect(uploadUrl).toMatch(`${nginx.origin}/uploads/`);
    const headers = { 'content-type': input.contentType, 'content-length': bytes.length };
    const outgoing = request(uploadUrl as string, { method: 'PUT', agent: nginx.agent, headers });
    const half = bytes.length / 2;
    outgoing.write(bytes.subarray(0, half));
    const arrived = (): number =>
      Math.max(
        0,
        ...readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter(({ name }) => name.endsWith('.part'))
          .map(({ parentPath, name }) => statSync(join(parentPath, name)).size),
      );
    // Nothing of the other half has been sent yet.
    while (arrived() < half / 2) await new Promise((resolve) => setTimeout(resolve, 10));
    outgoing.end(bytes.subarray(half));
    const [{ statusCode }] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(statusCode).toBe(204);
    const { node } = await run(customer, 'query ($id: ID!) { node(id: $id) { ... on File { url } } }', { id: file.id });
    const download = await nginx.send(node.url as string);
    expect(download.status).toBe(200);
    expect(download.body.equals(bytes)).toBe(true);
  });

  it('a file of more than that, and an operation of more than a megabyte, are refused', async () => {
    const input = { name: 'all.bin', size: 1, contentType: 'text/plain' };
    const { uploadUrl } = (await run(customer, createUpload, { input })).createUpload;
    const body = Buffer.alloc(20 * 1024 * 1024 + 1);
    const headers = { 'content-type': 'text/plain' };
    expect((await nginx.send(uploadUrl as string, { method: 'PUT', headers, body })).status).toBe(413);
    const { status } = await nginx.post(customer.token ?? '', `{ ${' '.repeat(1024 * 1024)} viewer { id } }`);
    expect(status).toBe(413);
  });

  it('a report is streamed: its reader sets the pace of the gateway', async () => {
    const gateway = gateways[0] as TestGateway;
    const description = 'Long. '.repeat(700);
    const [pattern] = await insertTickets(gateway, agent, [{ created_at: '2026-05-04T00:00:00Z', description }]);
    const { db } = gateway.app.services;
    await db.query('alter table tickets disable trigger user');
    await db.query(
      `insert into tickets (number, title, description, status_id, priority_id, access_level, reporter_id, is_client_author,
         author_ids, member_ids, staff_seq, public_seq, created_at, updated_at, last_event_at)
       select t.number + 1000000 + n, t.title, t.description, t.status_id, t.priority_id, t.access_level, t.reporter_id,
         t.is_client_author, t.author_ids, t.member_ids, 1, 1, t.created_at, t.updated_at, t.last_event_at
       from tickets t, generate_series(1, 8000) n where t.id = $1`,
      [pattern],
    );
    await db.query('alter table tickets enable trigger user');
    const served = (): number =>
      entries.filter(({ msg, route, outcome }) => msg === 'served' && route === 'reports' && outcome === 'ok').length;
    const path = '/reports/tickets.csv?from=2026-05-04T00:00:00Z&to=2026-05-05T00:00:00Z';
    const headers = { authorization: `Bearer ${agent.token}` };
    const asking = request(new URL(path, nginx.origin), { agent: nginx.agent, headers }).end();
    const [slow] = (await once(asking, 'response')) as [IncomingMessage];
    const whole = await nginx.send(path, { headers });
    expect(whole.body.length).toBeGreaterThan(30_000_000);
    // The one that was asked for first is not even read from the database.
    expect(served()).toBe(1);
    let bytes = 0;
    for await (const chunk of slow as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBe(whole.body.length);
    expect(served()).toBe(2);
  }, 120_000);

  it('callers nobody knows are counted by their own addresses, not by what they say of themselves', async () => {
    // One that the proxy does not have itself.
    const agent = nginx.agentAt('127.0.0.2');
    const remaining = async (forwarded: string): Promise<number> => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': forwarded };
      const body = JSON.stringify({ query: '{ __typename }' });
      const { body: text } = await nginx.send('/graphql', { method: 'POST', headers, body, agent });
      return (JSON.parse(text.toString()) as { extensions: { cost: { remaining: number } } }).extensions.cost.remaining;
    };
    const counts: number[] = [];
    // Every gateway counts for itself.
    for (let n = 0; n < 3; n++) counts.push(await remaining(`198.51.100.${n}`));
    agent.destroy();
    expect(Math.min(...counts)).toBeLessThan(49_999);
  });
});

(missing.length > 0 ? describe.skip : describe)(
  'A gateway that carries a mutation out and breaks off before its answer',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    let gateway: TestGateway;
    let nginx: Nginx;
    let broken: Server;
    let lost = 0;
    beforeAll(async () => {
      gateway = await TestGateway.start({}, createLogger('error'));
      broken = createServer((incoming, outgoing) => {
        const { method, headers, url } = incoming;
        const call = plainRequest(new URL(url ?? '', gateway.url), { method, headers }, (response) => {
          response.resume().once('end', () => {
            lost++;
            outgoing.destroy();
          });
        });
        incoming.pipe(call);
      }).listen(0, '127.0.0.1');
      await once(broken, 'listening');
      const { port } = broken.address() as AddressInfo;
      nginx = await Nginx.start(folder, await freePort(), [`127.0.0.1:${port}`, new URL(gateway.url).host]);
    });
    afterAll(async () => {
      await nginx.stop();
      broken.close();
      await gateway.stop();
      rmSync(folder, { recursive: true });
    });

    it('is made up for by the other, and the mutation is carried out once', async () => {
      const customer = await gateway.signIn({ role: 'customer', organization: 'ORG-1' });
      const titles = Array.from({ length: 6 }, () => randomUUID());
      const document = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { title } replayed userErrors { code } } }`;
      const replays: boolean[] = [];
      for (const title of titles) {
        const { status, answer } = await nginx.post(customer.token ?? '', document, { input: { title, body: 'Once' } });
        expect([status, answer]).toMatchObject([
          200,
          { data: { createTicket: { ticket: { title }, userErrors: [] } } },
        ]);
        replays.push(answer.data.createTicket.replayed as boolean);
      }
      expect(lost).toBeGreaterThan(0);
      expect(replays.filter(Boolean)).toHaveLength(lost);
      const { tickets } = await customer.run('{ tickets(first: 50) { nodes { title } } }');
      expect(tickets.nodes.map((node: { title: string }) => node.title).sort()).toEqual(titles.sort());
    });
  },
);
