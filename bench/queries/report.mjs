import { cpus, totalmem } from 'node:os';
import { median } from '../machine.mjs';

const figures = ['cpuMicros', 'serverMicros', 'databaseMicros', 'rps', 'p50Ms', 'p99Ms'];

/** Middle of the ratios within each round, which had the same machine. */
function ratio(row, rows, contender) {
  const other = rows.find(
    (one) =>
      one.contender === contender && one.query === row.query && one.role === row.role && one.tickets === row.tickets,
  );
  if (!other || other.cpuMicros.length === 0 || row.cpuMicros.length === 0) return null;
  return median(row.cpuMicros.map((cpu, round) => cpu / other.cpuMicros[round]));
}

const number = (value) =>
  value === null ? '-' : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });

/** The figures of all rounds as one row each: their medians; null where a contender can't do it. */
export const summarise = (rows) =>
  rows.map((row) => ({
    tickets: row.tickets,
    contender: row.contender,
    query: row.query,
    role: row.role,
    ...Object.fromEntries(figures.map((key) => [key, row[key].length === 0 ? null : median(row[key])])),
    toCeiling: ratio(row, rows, 'ceiling'),
    toTextbook: ratio(row, rows, 'textbook'),
  }));

/** A table in Markdown; the columns from the given one on are numbers. */
function table(heads, rows, firstNumber) {
  const widths = heads.map((_, column) => Math.max(3, ...[heads, ...rows].map((row) => row[column].length)));
  const isNumber = (column) => column >= firstNumber;
  const pad = (cell, column) => (isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]));
  const line = (row) => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [line(heads), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

const columns = {
  'CPU µs': 'cpuMicros',
  server: 'serverMicros',
  PostgreSQL: 'databaseMicros',
  'to ceiling': 'toCeiling',
  'to textbook': 'toTextbook',
  'requests/s': 'rps',
  'p50 ms': 'p50Ms',
  'p99 ms': 'p99Ms',
};

/** Those who can't do it share a row of dashes. */
function shown(rows) {
  const unable = new Map();
  const kept = [];
  for (const row of rows) {
    const key = `${row.tickets} ${row.query} ${row.role}`;
    if (row.cpuMicros !== null) kept.push(row);
    else if (unable.has(key)) unable.get(key).contender += `, ${row.contender}`;
    else {
      unable.set(key, { ...row });
      kept.push(unable.get(key));
    }
  }
  return kept;
}

/** All that was measured as tables in Markdown. */
export function describe({ rows, servers }) {
  const queries = table(
    ['tickets', 'query', 'as', 'contender', ...Object.keys(columns)],
    shown(rows).map((row) => [
      number(row.tickets),
      row.query,
      row.role,
      row.contender,
      ...Object.values(columns).map((key) => number(row[key])),
    ]),
    4,
  );
  const others = table(
    ['tickets', 'contender', 'start to first answer, ms', 'event loop p99 at half load, ms'],
    servers.map(({ tickets, contender, startMs, loopDelayP99Ms }) => [
      number(tickets),
      contender,
      number(startMs),
      number(loopDelayP99Ms),
    ]),
    2,
  );
  return `${queries}\n\n${others}`;
}

/** What the figures were found on. */
export async function describeMachine(client) {
  const { rows } = await client.query('show server_version');
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const postgres = rows[0].server_version.split(' ')[0];
  return `${cpus().length} cores (${cpus()[0].model}), ${gigabytes} GB, Node.js ${process.version}, PostgreSQL ${postgres}`;
}
