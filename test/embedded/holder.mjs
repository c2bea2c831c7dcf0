/** Opens a data folder in a process of its own, then says each row that the database acknowledged until it is killed. */
import pg from 'pg';
import { openEmbedded } from '../../dist/engine.js';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const engine = await openEmbedded({ dir: process.argv[2] });
  const client = new pg.Client({ stream: engine.stream, user: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS kept (id int PRIMARY KEY, body text)');
  for (let id = 1; ; id += 1) {
    await client.query('BEGIN');
    await client.query('INSERT INTO kept VALUES ($1, $2)', [id, 'х'.repeat(500)]);
    await client.query('COMMIT');
    say({ row: id });
  }
} catch (error) {
  say({ error: error.message });
}
