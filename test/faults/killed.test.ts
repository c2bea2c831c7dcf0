import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openEmbedded } from '../../src/db/embedded/engine.js';
import { cleanUp, temporaryFolder } from '../lifecycle/process.js';
import { onServer } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { Crowd } from './support/crowd.js';
import { named } from './support/pair.js';
import { Place } from './support/place.js';

/** Two gateways on a server, or one with a database of its own inside. */
let places: Place[];
beforeAll(async () => {
  const address = globalThis.testDatabase;
  places =
    'url' in address
      ? await Promise.all(['left', 'right'].map((name) => Place.open({ DATABASE_URL: named(address.url, name) })))
      : [await Place.open({ DATA_DIR: await migratedFolder() })];
}, 60_000);
afterAll(cleanUp);

async function migratedFolder(): Promise<string> {
  const folder = temporaryFolder();
  const template = readFileSync(join(process.env['TEST_TEMPLATE_FOLDER'] ?? '', 'template.tar'));
  const engine = await openEmbedded({ dir: join(folder, 'postgres'), load: new Uint8Array(template) });
  await engine.close();
  return folder;
}

async function connect(): Promise<pg.Client | null> {
  const address = globalThis.testDatabase;
  if (!('url' in address)) return null;
  const client = new pg.Client({ connectionString: address.url });
  await client.connect();
  return client;
}

/** Asks until there is something to be found. */
async function find(client: pg.Client, sql: string): Promise<string> {
  for (;;) {
    const { rows } = await client.query<{ name: string }>(sql);
    if (rows[0]) return rows[0].name;
    await wait(50);
  }
}

/** The place of the gateway that numbers the events of all, once there is one. */
async function leader(): Promise<Place> {
  const client = await connect();
  if (!client) return places[0] as Place;
  const name = await find(
    client,
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and objid = 7463012 and granted and datname = current_database()`,
  );
  await client.end();
  return places[name === 'left' ? 0 : 1] as Place;
}

/** Has the statements of a place wait until the answer is called; into the embedded engine nobody else gets. */
async function holdUp(name: string): Promise<() => Promise<void>> {
  const client = await connect();
  if (!client) return () => Promise.resolve();
  await client.query('begin');
  await client.query('select from tickets for update');
  await find(
    client,
    `select application_name as name from pg_stat_activity
     where application_name = '${name}' and wait_event_type = 'Lock' and datname = current_database()`,
  );
  return () => client.end();
}

// An embedded database takes its time to open.
const kills = trials(onServer() ? 2 : 1, 12);

it(
  `loses nothing and repeats nothing when the gateway that numbers events is killed ${kills} times while eight write`,
  async () => {
    const crowd = await Crowd.gather(places);
    for (let n = 0; n < kills; n++) {
      await crowd.writes(10 + Math.trunc(Math.random() * 30));
      const place = await leader();
      expect(await place.restart('SIGKILL')).toBe('SIGKILL');
      await place.ready;
    }
    await crowd.writes(10);
    await crowd.leave();
    expect(crowd.unanswered).toBeGreaterThanOrEqual(kills);
    for (const { output } of places) expect(output).not.toContain('"level":50');
  },
  timeFor(kills * 10),
);

const restarts = trials(1, 6);

it(
  'loses nothing and cuts nothing short when gateways are told to stop and others follow, while eight write',
  async () => {
    const crowd = await Crowd.gather(places);
    for (let n = 0; n < restarts; n++) {
      await crowd.writes(10);
      const place = places[n % places.length] as Place;
      const finish = await crowd.beginToSay(`Under way ${n}`, place);
      const sentAway = crowd.sentAwayWith(1012);
      const startedAt = performance.now();
      const ended = place.restart('SIGTERM');
      await sentAway;
      await finish();
      expect(await ended).toBe(0);
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      await place.ready;
    }
    await crowd.writes(10);
    await crowd.leave();
    expect(new Set(crowd.closeCodes)).toEqual(new Set([1012]));
    for (const { output } of places) expect(output).not.toContain('"level":50');
  },
  timeFor(restarts * 10),
);

const itAtLength = trials(0, 1) ? it : it.skip;

itAtLength('stops within ten seconds while a body never comes and a statement never ends', async () => {
  const crowd = await Crowd.gather(places);
  await crowd.writes(1);
  const [place] = places as [Place];
  await crowd.beginToSay('Never', place);
  const goOn = await holdUp('left');
  const startedAt = performance.now();
  expect(await place.restart('SIGTERM')).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await goOn();
  await place.ready;
  await crowd.leave();
});
