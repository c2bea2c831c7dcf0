import type { DataSource, QueryRunner } from 'typeorm';
import { StartError } from '../../errors.js';

/** A table that was copied, with its schema, and how many rows it has. */
export interface CopiedTable {
  readonly name: string;
  readonly rows: number;
}

interface Table {
  readonly name: string;
  /** Those that are not generated, with their types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface Sum {
  readonly count: number;
  readonly checksum: string;
}

const batch = 500;

/** On both sides the same value has the same text. */
const sameTexts = `set time zone 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres'; set bytea_output = 'hex';
  set extra_float_digits = 1; set jit = off`;

/** All tables but the partitions of others, which get their rows through those. */
const tablesQuery = `
  select format('%I.%I', n.nspname, c.relname) as name, json_agg(json_build_object(
    'name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_temp%'
  group by n.nspname, c.relname order by format('%I.%I', n.nspname, c.relname) collate "C"`;

/** References, but those that partitions have from what they are part of. */
const referencesQuery = `
  select conrelid::regclass::text as "table", quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
  from pg_constraint where contype = 'f' and conparentid = 0`;

/**
 * Makes a migrated database the same as another one that is migrated as far: all rows, the numbers that are given out next, and
 * nothing of what it had. Triggers do not fire. One transaction: whatever goes wrong, a StartError where tables differ
 * afterwards included, leaves the target as it was.
 */
export async function copyTables(source: DataSource, target: DataSource): Promise<CopiedTable[]> {
  const [from, to] = [source.createQueryRunner(), target.createQueryRunner()];
  try {
    await from.query(sameTexts);
    await to.query(sameTexts);
    await to.startTransaction();
    const copied = await copyAll(from, to);
    await to.commitTransaction();
    await to.query('analyze');
    return copied;
  } catch (error) {
    if (to.isTransactionActive) await to.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await to.release();
    await from.release();
  }
}

async function copyAll(from: QueryRunner, to: QueryRunner): Promise<CopiedTable[]> {
  const tables = await rowsOf<Table>(to, tablesQuery);
  const expected = await rowsOf<Table>(from, tablesQuery);
  if (JSON.stringify(tables) !== JSON.stringify(expected)) {
    throw new StartError('The tables of the two databases are not the same: nothing was copied.');
  }
  // Put back at the end, they look at every row once more.
  const references = await rowsOf<{ table: string; name: string; definition: string }>(to, referencesQuery);
  for (const { table, name } of references) await to.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of tables) {
    await to.query(`alter table ${name} disable trigger user`);
    await to.query(`truncate ${name}`);
  }
  for (const table of tables) await copyRows(from, to, table);
  await copySequences(from, to);
  for (const { table, name, definition } of references) {
    await to.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
  for (const { name } of tables) await to.query(`alter table ${name} enable trigger user`);
  await passTransactions(from, to);
  const copied: CopiedTable[] = [];
  for (const table of tables) copied.push(await compare(from, to, table));
  return copied;
}

async function copyRows(from: QueryRunner, to: QueryRunner, { name, columns }: Table): Promise<void> {
  const texts = columns.map((column, index) => `${column.name}::text as c${index}`).join(', ');
  const values = columns.map(({ type }, index) => `c${index}::${type}`).join(', ');
  const names = columns.map((column) => column.name).join(', ');
  const lists = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = columns.map((_, index) => `c${index}`).join(', ');
  await from.startTransaction();
  await from.query(`declare all_rows cursor for select ${texts} from ${name}`);
  for (;;) {
    const rows = await rowsOf<Record<string, string | null>>(from, `fetch ${batch} from all_rows`);
    if (rows.length === 0) break;
    await to.query(
      `insert into ${name} (${names}) overriding system value select ${values} from unnest(${lists}) as r(${aliases})`,
      columns.map((_, index) => rows.map((row) => row[`c${index}`])),
    );
  }
  await from.commitTransaction();
}

async function copySequences(from: QueryRunner, to: QueryRunner): Promise<void> {
  const sequences = await rowsOf<{ name: string; last: string }>(
    from,
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as last from pg_sequences
     where last_value is not null`,
  );
  for (const { name, last } of sequences) await to.query('select setval($1::regclass, $2::bigint)', [name, last]);
}

/** `installation` tells changes apart by the numbers of their transactions: none may come a second time. */
async function passTransactions(from: QueryRunner, to: QueryRunner): Promise<void> {
  const [last] = await rowsOf<{ id: string }>(from, 'select pg_current_xact_id()::text as id');
  await to.query('create temporary table passed (id int) on commit drop');
  await to.query(
    `do $$ begin
       for i in 1 .. ${last?.id ?? 0}::bigint - pg_current_xact_id()::text::bigint loop
         begin
           insert into passed values (1);
         exception when others then raise;
         end;
       end loop;
     end $$`,
  );
}

async function compare(from: QueryRunner, to: QueryRunner, table: Table): Promise<CopiedTable> {
  const [there, here] = [await sumOf(from, table), await sumOf(to, table)];
  if (there.count !== here.count || there.checksum !== here.checksum) {
    throw new StartError(
      `${table.name} is not the same after copying (${there.count} rows and ${here.count}): nothing was moved.`,
    );
  }
  return { name: table.name, rows: here.count };
}

/** Does not depend on the order of the rows. */
async function sumOf(runner: QueryRunner, { name, columns }: Table): Promise<Sum> {
  const texts = columns.map((column) => `${column.name}::text`).join(', ');
  const [sum] = await rowsOf<Sum>(
    runner,
    `select count(*)::int as count, coalesce(sum(('x' || left(md5(row(${texts})::text), 15))::bit(60)::bigint), 0)::text as checksum
     from ${name}`,
  );
  if (!sum) throw new Error('a sum has one row');
  return sum;
}

const rowsOf = async <Row>(runner: QueryRunner, sql: string): Promise<Row[]> =>
  (await runner.query(sql, [], true)).records as Row[];
