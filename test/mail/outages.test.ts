import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { mkdirSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createDataSource } from '../../src/db/data-source.js';
import { Database } from '../../src/db/database.js';
import { Jobs } from '../../src/db/jobs.js';
import { createLogger } from '../../src/logger.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';
import { confirm, impatient, LogBook, MailServer, quick, startGateway } from './support.js';

jest.setTimeout(60_000);

const server = new MailServer();
beforeEach(async () => {
  server.mood = 'open';
  server.received.length = 0;
  server.refused = 0;
  await server.start();
});
afterEach(() => server.stop());

let made = 0;

/** Has three letters ordered; answers whom they are for. */
async function orderLetters(agent: Actor): Promise<string[]> {
  const addresses = Array.from({ length: 3 }, () => `somebody-${++made}@example.com`);
  const [mainEmail, ...additionalEmails] = addresses;
  const contact = { mainEmail, additionalEmails, preferredContactMethod: 'email' };
  const { id } = await openTicket(agent, { title: 'A ticket', contact });
  expect((await confirm(agent, id)).userErrors).toEqual([]);
  return addresses;
}

const sorted = (addresses: readonly string[]): string[] => [...addresses].sort();

it('loses no letter and sends none twice while the mail server is down, deaf, full and busy in turn', async () => {
  const log = new LogBook();
  const gateway = await startGateway(server, {}, { logger: log.logger });
  const { agent } = await gateway.cast();
  const asked = await orderLetters(agent);
  await server.until(() => server.received.length === 3);

  await server.stop();
  asked.push(...(await orderLetters(agent)));
  await log.says(/tried again/);
  for (const mood of ['deaf', 'closed', 'busy'] as const) {
    server.mood = mood;
    if (mood === 'deaf') await server.start();
    const { refused } = server;
    asked.push(...(await orderLetters(agent)));
    await server.until(() => server.refused > refused + 1);
  }
  server.mood = 'open';
  asked.push(...(await orderLetters(agent)));
  await server.until(() => server.received.length >= asked.length);
  // One more, to see that nothing comes after the last.
  asked.push(...(await orderLetters(agent)));
  await server.until(() => server.received.length >= asked.length);

  expect(sorted(server.received.map(({ to }) => to))).toEqual(sorted(asked));
  expect(new Set(server.received.map(({ id }) => id)).size).toBe(asked.length);
  const dead = await gateway.app.services.db.query(`select id from pgboss.job where state = 'failed'`);
  expect(dead).toEqual([]);
  await gateway.stop();
});

it('answers at once while the mail server is deaf', async () => {
  server.mood = 'deaf';
  const gateway = await startGateway(server, {}, { logger: new LogBook().logger });
  const { agent } = await gateway.cast();
  const asked = await orderLetters(agent);
  expect(server.received).toEqual([]);
  server.mood = 'open';
  await server.until(() => server.received.length === asked.length);
  await gateway.stop();
});

it('has the next gateway send what one that is gone was sending', async () => {
  server.mood = 'hanging';
  const log = new LogBook();
  const mailLimits = { answerMs: 30_000, letterMs: 30_000 };
  const variables = { SMTP_URL: server.url };
  const first = await TestGateway.start(variables, log.logger, { jobs: { ...quick, graceMs: 0 }, mailLimits });
  const { agent } = await first.cast();
  const asked = await orderLetters(agent);
  await server.until(() => server.refused === 1);
  await first.stop();
  expect(log.lines.map(({ msg }) => msg)).toEqual([expect.stringMatching(/left in the middle/)]);

  server.mood = 'open';
  const second = await TestGateway.start(variables, undefined, { jobs: quick, mailLimits: impatient });
  await server.until(() => server.received.length === asked.length);
  expect(sorted(server.received.map(({ to }) => to))).toEqual(sorted(asked));
  await second.stop();
});

it('shares the letters among gateways, each sent by one', async () => {
  const gateways = await Promise.all([1, 2, 3].map(() => startGateway(server)));
  const [first] = gateways as [TestGateway, ...TestGateway[]];
  const { agent } = await first.cast();
  const asked: string[] = [];
  for (let n = 0; n < 10; n++) asked.push(...(await orderLetters(agent)));
  await server.until(() => server.received.length >= asked.length);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  expect(sorted(server.received.map(({ to }) => to))).toEqual(sorted(asked));
});

it('knows of no job of a transaction that was rolled back', async () => {
  const dataSource = await createDataSource(globalThis.testDatabase).initialize();
  const jobs = new Jobs(dataSource, createLogger('silent'));
  const db = new Database(dataSource);
  const send = (error?: Error): Promise<void> =>
    db.transaction(async (tx) => {
      await jobs.send(tx, [{ queue: 'mail', data: { kept: error === undefined } }]);
      if (error) throw error;
    });
  await expect(send(new Error('not today'))).rejects.toThrow('not today');
  await send();
  const sql = `select data from pgboss.job where data ? 'kept'`;
  expect(await db.query(sql)).toEqual([{ data: { kept: true } }]);
  await db.query(`delete from pgboss.job where data ? 'kept'`);
  await dataSource.destroy();
});

it('writes letters into files where there is no mail server, one file each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketing-mail-'));
  mkdirSync(join(folder, 'mail'));
  const gateway = await TestGateway.start({ DATA_DIR: folder, MAIL_LOCALE: 'ru' }, undefined, { jobs: quick });
  const { agent } = await gateway.cast();
  const names = new Set<string>();
  const written = new Promise<void>((resolve) => {
    const watcher = watch(join(folder, 'mail'), (_event, name) => {
      if (name?.endsWith('.eml')) names.add(name);
      if (names.size < 3) return;
      watcher.close();
      resolve();
    });
  });
  const asked = await orderLetters(agent);
  await written;
  await gateway.stop();
  const files = await readdir(join(folder, 'mail'));
  expect(sorted(files)).toEqual(sorted([...names]));
  const letters = await Promise.all(
    files.map(async (file) => simpleParser(await readFile(join(folder, 'mail', file)))),
  );
  expect(sorted(letters.map(({ to }) => (Array.isArray(to) ? '' : (to?.text ?? ''))))).toEqual(sorted(asked));
  expect(letters.map(({ messageId }) => messageId)).toEqual(
    files.map((file) => `<${file.replace('.eml', '')}@localhost>`),
  );
  expect(letters[0]?.subject).toMatch(/^\[INC-\d+\] A ticket: подтвердите контактные данные$/);
  await rm(folder, { recursive: true });
});
