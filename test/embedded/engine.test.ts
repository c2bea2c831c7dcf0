/**
 * @jest-environment node
 */
import pg from 'pg';
import { type EmbeddedEngine, EmbeddedEngineError, openEmbedded } from '../../src/db/embedded/engine.js';
import { cleanUp, connect, notification, open, poolOf } from './support.js';

let engine: EmbeddedEngine;
let template: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  engine = await openEmbedded({ dir: 'memory://' });
  const client = await connect(engine);
  await client.query('CREATE TABLE item (id int8 PRIMARY KEY, body text, data jsonb, raw bytea)');
  await cleanUp();
  template = await engine.dump();
}, 60_000);

afterEach(cleanUp);
afterAll(() => engine.close());

const own = (options: { statementLimitMs?: number; upkeepMs?: number; onDeath?: (error: Error) => void } = {}) =>
  open({ dir: 'memory://', load: template, ...options });

describe('Queries through a pool of pg', () => {
  it('carry Cyrillic, jsonb, int8, bytea and a parameter of 200 kB there and back', async () => {
    const pool = poolOf(engine);
    const row = {
      id: '9007199254740993',
      body: 'Ж'.repeat(100_000),
      data: { ключ: [1, null] },
      raw: Buffer.from([0, 255, 10]),
    };
    await pool.query('INSERT INTO item VALUES ($1, $2, $3, $4)', [row.id, row.body, row.data, row.raw]);
    const { rows, rowCount } = await pool.query('DELETE FROM item RETURNING *');
    expect(rows).toEqual([row]);
    expect(rowCount).toBe(1);
  });

  it('know trigrams and accents', async () => {
    const pool = poolOf(engine);
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS unaccent');
    const { rows } = await pool.query("SELECT unaccent('ёлка') AS plain, similarity('слово', 'слова') > 0.3 AS near");
    expect(rows).toEqual([{ plain: 'елка', near: true }]);
  });

  it('fail with the fields of a PostgreSQL error, and the next one works', async () => {
    const pool = poolOf(engine);
    await expect(pool.query('INSERT INTO item (id) VALUES (1), (1)')).rejects.toMatchObject({
      code: '23505',
      table: 'item',
      constraint: 'item_pkey',
    });
    expect((await pool.query('SELECT count(*) FROM item')).rows).toEqual([{ count: '0' }]);
  });

  it('can be many in flight on many connections, each with its own answer', async () => {
    const pool = poolOf(engine, { max: 5 });
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map((n) => pool.query('SELECT $1::int AS n, $2::text AS text', [n, String(n).repeat(2000)])),
    );
    expect(answers.map(({ rows }) => rows[0] as unknown)).toEqual(
      numbers.map((n) => ({ n, text: String(n).repeat(2000) })),
    );
  });

  it('can fetch a result in portions', async () => {
    const client = await connect(engine);
    const other = connect(engine);
    const { rows } = await client.query({ text: 'SELECT generate_series(1, 25) AS n', rows: 10 } as pg.QueryConfig);
    expect(rows).toHaveLength(25);
    expect((await (await other).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('start without the settings and prepared statements of connections that are gone', async () => {
    const named = { name: 'same', text: "SELECT current_setting('application_name') AS name" };
    const first = await connect(engine);
    await first.query("SET application_name = 'first'");
    expect((await first.query(named)).rows).toEqual([{ name: 'first' }]);
    await first.end();
    const second = await connect(engine);
    expect((await second.query(named)).rows).not.toEqual([{ name: 'first' }]);
  });
});

describe('A transaction', () => {
  it('is not entered by the statements of another connection', async () => {
    const [one, other] = [await connect(engine), await connect(engine)];
    const order: string[] = [];
    await one.query('BEGIN');
    await one.query('INSERT INTO item (id) VALUES (1)');
    const counted = other.query('SELECT count(*) FROM item').then(({ rows }) => {
      order.push('counted');
      return rows as unknown;
    });
    await one.query('DELETE FROM item');
    order.push('deleted');
    await one.query('COMMIT');
    expect(await counted).toEqual([{ count: '0' }]);
    expect(order).toEqual(['deleted', 'counted']);
  });

  it('that failed still keeps others out until it is rolled back', async () => {
    const [one, other] = [await connect(engine), await connect(engine)];
    await one.query('BEGIN');
    await expect(one.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    const answered = other.query('SELECT 1 AS one');
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await one.query('ROLLBACK');
    expect((await answered).rows).toEqual([{ one: 1 }]);
  });

  it('is rolled back when its connection vanishes', async () => {
    const [one, other] = [await connect(engine), await connect(engine)];
    await one.query('BEGIN');
    await one.query('INSERT INTO item (id) VALUES (1)');
    (one as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await other.query('SELECT count(*) FROM item')).rows).toEqual([{ count: '0' }]);
  });

  it('on a pool of one makes a query beside it fail after the time to connect, not hang', async () => {
    const pool = poolOf(engine, { connectionTimeoutMillis: 200 });
    const client = await pool.connect();
    await client.query('BEGIN');
    await expect(pool.query('SELECT 1')).rejects.toThrow('timeout exceeded when trying to connect');
    await client.query('COMMIT');
    client.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('Other parts of the protocol', () => {
  it('bring a NOTIFY of one connection to the LISTEN of another', async () => {
    const [listener, notifier] = [await connect(engine), await connect(engine)];
    await listener.query('LISTEN news');
    const heard = notification(listener);
    await notifier.query("SELECT pg_notify('news', 'привет')");
    expect(await heard).toMatchObject({ channel: 'news', payload: 'привет' });
  });

  it('refuse COPY FROM STDIN with 0A000, and the engine lives on', async () => {
    const client = await connect(engine);
    const refusal = { code: '0A000', severity: 'ERROR' };
    await expect(client.query('COPY item FROM STDIN')).rejects.toMatchObject(refusal);
    await expect(client.query({ text: '/* c */ copy item from stdin', values: [] })).rejects.toMatchObject(refusal);
    await client.query('BEGIN');
    await expect(client.query('SELECT 1; COPY item FROM STDIN')).rejects.toMatchObject(refusal);
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
    expect((await client.query("SELECT 'COPY item FROM STDIN' AS text")).rowCount).toBe(1);
  });

  it('answer a request for encryption with no, and end a connection that only cancels or breaks the protocol', async () => {
    const talk = async (bytes: number[]): Promise<string> => {
      const stream = engine.stream();
      stream.write(Uint8Array.from(bytes));
      if (bytes[7] === 0x2f) stream.end();
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    };
    expect(await talk([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f])).toBe('N');
    expect(await talk([0, 0, 0, 16, 4, 0xd2, 0x16, 0x2e, 0, 0, 0, 42, 0, 0, 0, 1])).toBe('');
    expect(await talk([...Buffer.from('GET / HTTP/1.1\r\n\r\n')])).toContain('C08P01');
  });

  it('do not need a user name', async () => {
    const client = new pg.Client({ stream: engine.stream, user: '' });
    await client.connect();
    expect((await client.query('SELECT current_user AS name')).rows).toEqual([{ name: 'postgres' }]);
    await client.end();
  });
});

describe('The life of an engine', () => {
  it('ends with 57P01 when a statement is stuck beyond the limit', async () => {
    const onDeath = jest.fn<void, [Error]>();
    const mortal = await own({ statementLimitMs: 200, onDeath });
    const pool = poolOf(mortal, { max: 2 });
    const waiting = expect(pool.query('SELECT pg_sleep(600)')).rejects.toMatchObject({ code: '57P01' });
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: '57P01' });
    await waiting;
    expect(onDeath).toHaveBeenCalledTimes(1);
    const [death] = onDeath.mock.calls[0]!;
    expect(death).toBeInstanceOf(EmbeddedEngineError);
    expect(death.message).toContain('ran longer than 200 ms');
    await expect(pool.query('SELECT 1')).rejects.toThrow('closed');
    await expect(mortal.dump()).rejects.toBe(death);
    await mortal.close();
  });

  it('ends when the engine breaks off in the middle of an answer', async () => {
    const onDeath = jest.fn();
    const client = await connect(await own({ onDeath }));
    await client.query('CREATE FUNCTION deep() RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN deep(); END$$');
    await expect(client.query('SELECT deep()')).rejects.toMatchObject({ code: '57P01' });
    expect(onDeath).toHaveBeenCalledWith(expect.any(EmbeddedEngineError));
  });

  it('closes after what was asked and tells connections that are left', async () => {
    const closing = await own();
    const client = await connect(closing);
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    const answer = client.query('SELECT 1 AS one');
    // The driver writes in the next tick what it is asked for now.
    await new Promise(setImmediate);
    await Promise.all([closing.close(), closing.close()]);
    expect((await answer).rows).toEqual([{ one: 1 }]);
    await ended;
    await expect(connect(closing)).rejects.toThrow('closed');
    await expect(closing.dump()).rejects.toThrow('closed');
  });

  it('is carried from one engine to another by a dump, taken outside of transactions', async () => {
    const client = await connect(engine);
    await client.query('BEGIN');
    await client.query("INSERT INTO item (id, body) VALUES (7, 'из дампа')");
    const dumped = engine.dump();
    await client.query('COMMIT');
    const copy = await open({ dir: 'memory://', load: new Blob([await dumped]) });
    await client.query('DELETE FROM item');
    expect((await (await connect(copy)).query('SELECT id, body FROM item')).rows).toEqual([
      { id: '7', body: 'из дампа' },
    ]);
  });

  it('clears dead rows and old log away when there was something written', async () => {
    const client = await connect(await own({ upkeepMs: 20 }));
    await client.query('INSERT INTO item (id) SELECT generate_series(1, 100)');
    // In one statement: asked for afterwards, it could be a place behind the last upkeep that there has to be.
    const { rows } = await client.query('DELETE FROM item RETURNING pg_current_wal_insert_lsn() AS lsn');
    const written = rows.at(-1) as { lsn: string };
    const upkept = 'SELECT redo_lsn >= $1::pg_lsn AND pg_relation_size($2) = 0 AS done FROM pg_control_checkpoint()';
    let done = false;
    while (!done) done = ((await client.query(upkept, [written.lsn, 'item'])).rows[0] as { done: boolean }).done;
    expect(done).toBe(true);
  });
});
