import { createServer } from 'node:http';
import pg from 'pg';
import { listen, readJson } from '../../http.mjs';
import { statementOf } from './ceiling-sql.mjs';

/** The limit: one statement, which is planned once, writes the answer, and node:http passes it on. Who asks is believed. */
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  options: '-c plan_cache_mode=force_generic_plan',
});

const server = createServer(async (request, response) => {
  try {
    const { rows } = await pool.query(statementOf(await readJson(request)));
    response.setHeader('content-type', 'application/json').end(rows[0]?.answer ?? 'null');
  } catch (error) {
    response.writeHead(500).end(error.message);
  }
});
listen(server);
