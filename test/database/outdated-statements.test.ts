import { randomUUID } from 'node:crypto';
import { onServer, TestGateway } from '../support/gateway.js';

if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: statements that were prepared before a migration');

(onServer() ? it : it.skip)(
  'gives a connection up whose prepared statements are outdated, and says to try again',
  async () => {
    const gateway = await TestGateway.start();
    const { db } = gateway.app.services;
    const table = `scratch_${randomUUID().replaceAll('-', '')}`;
    await db.query(`create table ${table} as select 1 as one`);
    const read = (): Promise<object[]> => db.query(`select * from ${table}`);
    for (let n = 0; n < 12; n++) await read();
    await db.query(`alter table ${table} add two int`);
    const codes: unknown[] = [];
    // Each connection that has prepared it says so once.
    for (let n = 0; n < 12; n++)
      codes.push(
        await read().then(
          () => 'read',
          ({ code }: { code: unknown }) => code,
        ),
      );
    expect(codes).toContain('SERVICE_UNAVAILABLE');
    expect(codes.at(-1)).toBe('read');
    await db.query(`drop table ${table}`);
    await gateway.stop();
  },
);
