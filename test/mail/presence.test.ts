import type { Queryable } from '../../src/db/database.js';
import type { Doorbell } from '../../src/live/doorbell.js';
import { Presence } from '../../src/services/mail/presence.js';
import { memoryLog } from '../doors/support.js';
import { until } from '../support/cluster.js';
import { onServer, TestGateway } from '../support/gateway.js';
import { idOf } from '../tickets/support.js';

if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: two gateways that note who is there');

const { logger, entries } = memoryLog();

/** What a gateway notes while people come to it and go. */
class Place {
  watched: string[];
  times = 0;
  readonly presence: Presence;

  constructor(
    db: Queryable,
    readonly people: [string, string],
  ) {
    this.watched = [people[0]];
    const query: Queryable['query'] = async (sql, values) => {
      try {
        return await db.query(sql, values);
      } finally {
        if (sql.includes('insert')) this.times++;
      }
    };
    this.presence = new Presence({ query }, this as unknown as Doorbell, logger, 0.1);
    this.presence.start();
  }

  /** The one who was here goes, and the other one comes. */
  change(): void {
    this.watched = this.people.filter((id) => !this.watched.includes(id));
  }
}

(onServer() ? it : it.skip)('[a13] neither of two gateways waits for the other to note who goes there', async () => {
  const gateway = await TestGateway.start();
  const { db } = gateway.app.services;
  const { customer, agent } = await gateway.cast();
  const [one = '', two = ''] = [(await idOf(customer)).slice(4), (await idOf(agent)).slice(4)].sort();
  // Each row is held so long that the other gateway has begun meanwhile.
  await db.query(`create function linger() returns trigger language plpgsql as $$
    begin perform pg_sleep(0.1); return new; end $$`);
  await db.query('create trigger lingering before update on presence for each row execute function linger()');
  const places = [new Place(db, [two, one]), new Place(db, [one, two])];
  for (let round = 0; round < 4; round++) {
    const before = places.map(({ times }) => times);
    await until(() => places.every(({ times }, n) => times > before[n]! + 1));
    for (const place of places) place.change();
  }
  for (const { presence } of places) presence.stop();
  expect(entries).toEqual([]);
  await gateway.stop();
});
