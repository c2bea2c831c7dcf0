import type { Queryable } from '../../src/db/database.js';
import { keepHouse } from '../../src/db/housekeeping.js';
import { createLogger } from '../../src/logger.js';
import { TestGateway } from '../support/gateway.js';

it('clears away the idempotency keys that bring nothing back any more, and no others', async () => {
  const gateway = await TestGateway.start();
  try {
    const { customer } = await gateway.cast();
    const { db } = gateway.app.services;
    for (const idempotencyKey of ['old', 'new']) {
      await customer.run(`mutation ($input: CreateTicketInput!) { createTicket(input: $input) { replayed } }`, {
        input: { title: 'A ticket', idempotencyKey },
      });
    }
    await db.query(`update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'`);
    await keepHouse(db, createLogger('silent'))();
    expect(await db.query('select key from idempotency_keys')).toEqual([{ key: 'new' }]);
  } finally {
    await gateway.stop();
  }
});

it('leaves a chore of many statements where it is when it is told to stop', async () => {
  const gateway = await TestGateway.start();
  try {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const endless = async (db: Queryable): Promise<void> => {
      for (;;) {
        await db.query('select 1');
        begin();
      }
    };
    const stop = keepHouse(gateway.app.services.db, createLogger('silent'), [{ leaves: 'all', run: endless }]);
    await begun;
    await stop();
  } finally {
    await gateway.stop();
  }
});
