import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { announce, linkTo, put, until } from '../files/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';
import { memoryLog } from './support.js';

const longest = 50_000;
const size = 16 * 1_048_576;
const log = memoryLog();
/** Whether the gateway is done with an answer of some kind. */
const isOver = (kind: object): boolean =>
  log.entries.some(
    (entry) => entry['msg'] === 'served' && Object.entries(kind).every(([key, value]) => entry[key] === value),
  );

/** Asks for something and takes nothing of the answer until it is resumed. */
function begin(url: string, { body, ...options }: RequestOptions & { body?: string }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options }, (answer) => resolve(answer.pause()));
    outgoing.on('error', reject).end(body);
  });
}

/** The rest of an answer: how much came, and whether that is all. */
async function rest(answer: IncomingMessage, pauseMs = 0): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  answer.on('error', () => undefined);
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (pauseMs === 0) return;
    answer.pause();
    setTimeout(() => answer.resume(), pauseMs);
  });
  const closed = new Promise((resolve) => answer.once('close', resolve));
  answer.resume();
  await closed;
  return { bytes, isWhole: answer.complete };
}

async function longAnswer({ url, token }: Actor, ticketId: string): Promise<IncomingMessage> {
  const names = Array.from({ length: 99 }, (_, n) => `a${n}: body`).join(' ');
  const query = `query ($id: ID!) { ticket(id: $id) { comments(first: 1) { nodes { ${names} } } } }`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return begin(url, { method: 'POST', headers, body: JSON.stringify({ query, variables: { id: ticketId } }) });
}

async function fileLink(actor: Actor): Promise<string> {
  const { id, url } = await announce(actor, { size });
  expect((await put(url, Buffer.alloc(size))).status).toBe(204);
  return linkTo(actor, id);
}

describe('A client that takes nothing', () => {
  it('of an answer or of a file is cut off, and nothing is kept for it', async () => {
    const gateway = await TestGateway.start({}, log.logger, { sockets: { stalledMs: 300 } });
    try {
      const { customer } = await gateway.cast();
      const { id } = await openTicket(customer, { title: 'Long', body: '漢'.repeat(longest) });
      const link = await fileLink(customer);
      const answers = [await longAnswer(customer, id), await begin(link, {})];
      await until(() => Promise.resolve(isOver({ field: 'ticket' }) && isOver({ route: 'files' })));
      for (const answer of answers) expect((await rest(answer)).isWhole).toBe(false);
      expect((await customer.run('{ viewer { id } }')).viewer.id).toBeDefined();
    } finally {
      await gateway.stop();
    }
  });

  it('for a while, but takes it in the end, or takes it slowly, gets it whole', async () => {
    const gateway = await TestGateway.start({}, log.logger, { sockets: { stalledMs: 3_000 } });
    try {
      const { customer } = await gateway.cast();
      const link = await fileLink(customer);
      expect(await rest(await begin(link, {}), 12)).toEqual({ bytes: size, isWhole: true });
    } finally {
      await gateway.stop();
    }
  });
});
