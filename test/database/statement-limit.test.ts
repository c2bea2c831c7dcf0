import { createDataSource } from '../../src/db/data-source.js';
import { onServer } from '../support/gateway.js';

const address = globalThis.testDatabase;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: limits of statements');

(onServer() ? it : it.skip)('limits statements as it is told to, and not as the database does', async () => {
  if (!('url' in address)) throw new Error('there is no server');
  const limitOf = async (statementLimitMs?: number): Promise<string | undefined> => {
    const limit = statementLimitMs === undefined ? {} : { statementLimitMs };
    const dataSource = await createDataSource({ url: address.url, poolSize: 1, ...limit }).initialize();
    const [row] = await dataSource.query<{ statement_timeout: string }[]>('show statement_timeout');
    await dataSource.destroy();
    return row?.statement_timeout;
  };
  const name = new URL(address.url).pathname.slice(1);
  const owner = await createDataSource({ url: address.url, poolSize: 1 }).initialize();
  await owner.query(`alter database ${name} set statement_timeout = '7s'`);
  await owner.destroy();
  expect([await limitOf(0), await limitOf(5_000), await limitOf()]).toEqual(['0', '5s', '10s']);
});
