/** An id has one hexadecimal digit for the number of the copy. */
export const mostCopies = 16;

/** What there is once, however many tickets there are. */
const shared = ['installation', 'migrations', 'states', 'topics'];

/** The columns of all tables that are copied: their types, whether they refer to what is shared, and whether no two rows have the same. */
const columnsOfTables = `
  select c.relname as table,
    json_agg(json_build_object('name', attname, 'type', format_type(atttypid, null),
      'isShared', exists (
        select from pg_constraint where conrelid = c.oid and contype = 'f' and conkey = array[attnum]
          and confrelid = any($1::text[]::regclass[])
      ),
      'isUnique', exists (select from pg_index where indrelid = c.oid and indisunique and indkey::text = attnum::text)
    ) order by attnum) as columns
  from pg_class c join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped
  where relnamespace = 'public'::regnamespace and relkind = 'r' and c.oid <> all($1::text[]::regclass[])
  group by 1 order by 1`;

/** How keys and indexes of the tables are dropped and made, those first that others need last. */
const definitions = `
  select format('alter table %I drop constraint %I', conrelid::regclass, conname) as drop,
    format('alter table %I add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as create,
    contype = 'f' as is_reference
  from pg_constraint where conrelid = any($1::text[]::regclass[]) and contype in ('p', 'u', 'f')
  union all
  select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid), false
  from pg_index
  where indrelid = any($1::text[]::regclass[]) and not exists (select from pg_constraint where conindid = indexrelid)
  order by is_reference desc`;

const isId = ({ type, isShared }) => type.startsWith('uuid') && !isShared;
const isNumber = ({ type, isUnique }) => isUnique && (type === 'integer' || type === 'bigint');

/** SQL of a text with one id or several, with a mark for the first digit of each, which will tell copies apart. */
const marked = (ids) => `regexp_replace((${ids})::text, '\\w(?=\\w{7}-)', '@@', 'g')`;

/** The same of an image of a ticket in the log, whose keys are columns of tickets. It has the number of the ticket as well. */
function markedImage(image, ticketColumns) {
  const ids = ticketColumns.filter(isId).map(({ name }) => {
    const key = `'${name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())}'`;
    return `${key}, ${marked(`${image} -> ${key}`)}::jsonb`;
  });
  return `(${image} || jsonb_strip_nulls(jsonb_build_object(${ids.join(', ')})))::text as ${image},
    coalesce((${image} -> 'number')::int, 0) as ${image}_number`;
}

/** SQL of a column as rows are copied from: what is slow is done once for all copies. */
function sourceOf(column, ticketColumns) {
  if (isId(column)) return `${marked(column.name)} as ${column.name}`;
  return column.type === 'jsonb' ? markedImage(column.name, ticketColumns) : column.name;
}

/** SQL of what the n-th copy has in a column. Copies of a number or a place are neighbours, so that both still grow with time. */
function copyOf(column, n, factor) {
  const { name, type, isUnique } = column;
  const copied = `replace(${name}, '@@', '${n.toString(16)}')::${type}`;
  if (isId(column)) return copied;
  if (type === 'jsonb') return `jsonb_set(${copied}, '{number}', to_jsonb(${name}_number * ${factor} - ${n}), false)`;
  if (isNumber(column)) return `${name} * ${factor} - ${n}`;
  return type === 'text' && isUnique && n > 0 ? `'${n}-' || ${name}` : name;
}

/**
 * Makes so many of each row of a filled database. People, organizations, projects and groups are copied too, agents as well: more
 * tickets at once are the work of more people, and what one of them has to read stays as long.
 */
export async function multiply(client, factor) {
  const tables = (await client.query(columnsOfTables, [shared])).rows;
  const ticketColumns = tables.find(({ table }) => table === 'tickets').columns;
  // No triggers; nobody needs what a crash would lose.
  await client.query(`
    set session_replication_role = replica;
    set synchronous_commit = off;
    set maintenance_work_mem = '1GB';
    set jit = off`);
  const { rows } = await client.query(definitions, [tables.map(({ table }) => table)]);
  for (const { drop } of rows) await client.query(drop);
  for (const { table, columns } of tables) {
    console.error(`Copying ${table}`);
    const source = columns.map((column) => sourceOf(column, ticketColumns)).join(', ');
    // Where wal_level is minimal, rows of a table that was emptied in the same transaction are not logged.
    await client.query(
      `begin; create temp table source on commit drop as select ${source} from ${table}; truncate ${table}`,
    );
    const names = columns.map(({ name }) => name).join(', ');
    for (let n = 0; n < factor; n++) {
      const copies = columns.map((column) => copyOf(column, n, factor)).join(', ');
      await client.query(`insert into ${table} (${names}) select ${copies} from source`);
    }
    await client.query('commit');
  }
  // Making the foreign keys proves that what is referred to is there.
  console.error('Making keys and indexes');
  for (const { create } of rows.toReversed()) await client.query(create);
  await client.query(`select setval(pg_get_serial_sequence('tickets', 'number'), max(number)) from tickets`);
}
