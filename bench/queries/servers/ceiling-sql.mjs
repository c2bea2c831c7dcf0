import { visibleComments, visibleTickets } from '../../../dist/visibility.js';

const pageSize = 20;
const isStaff = ({ role }) => role !== 'CUSTOMER';

const readable = (viewer, alias) => `${alias}.deleted_at is null and ${visibleComments(viewer, alias)}`;
const person = (alias) => `'{"id":"' || ${alias}.id || '","name":' || to_json(${alias}.name) || '}'`;

function thread(viewer, bind, { id }) {
  return `
    select '{"id":"' || t.id || '","number":' || t.number || ',"title":' || to_json(t.title)
      || ',"createdAt":' || to_json(t.created_at) || ',"reporter":' || ${person('r')}
      || ',"comments":[' || coalesce(list.text, '') || ']}' as answer
    from tickets t join users r on r.id = t.reporter_id, lateral (
      select string_agg('{"id":"' || c.id || '","body":' || to_json(c.body) || ',"sentAt":' || to_json(c.sent_at)
        || ',"author":' || ${person('a')} || ',"score":' || coalesce(v.score::text, 'null')
        || ',"files":[' || coalesce(files.text, '') || ']}', ',' order by c.staff_seq) as text
      from (
        select * from comments c where c.ticket_id = t.id and ${readable(viewer, 'c')} order by c.staff_seq limit 50
      ) c
      join users a on a.id = c.author_id
      left join votes v on v.id = c.vote_id
      left join lateral (
        select string_agg('{"id":"' || f.id || '","name":' || to_json(f.name) || ',"size":' || f.size || '}', ',' order by f.position) as text
        from files f where f.comment_id = c.id
      ) files on c.file_count > 0
    ) list
    where t.id = ${bind(id)} and ${visibleTickets(viewer, 't', bind)}`;
}

/** The rows of a page first, and what hangs on them afterwards. */
function list(viewer, bind, { after = '', offset = 0 }) {
  return `
    select '{"hasNextPage":' || (count(*) > ${pageSize}) || ',"endCursor":"' || coalesce(max(cursor) filter (where n = ${pageSize}), '')
      || '","tickets":[' || coalesce(string_agg(text, ',' order by n) filter (where n <= ${pageSize}), '') || ']}' as answer
    from (
      select n, t.updated_at || '|' || t.id as cursor, '{"id":"' || t.id || '","number":' || t.number || ',"title":' || to_json(t.title)
        || ',"updatedAt":' || to_json(t.updated_at) || ',"reporter":' || ${person('r')}
        || ',"topic":' || coalesce(to_json(o.key)::text, 'null')
        || ',"commentCount":' || (select count(*) from comments c where c.ticket_id = t.id and ${readable(viewer, 'c')})
        || ',"lastComment":' || coalesce(last.text, 'null') || '}' as text
      from (
        select id, row_number() over (order by updated_at desc, id desc) as n from (
          select id, updated_at from tickets t where t.closed_at is null and ${visibleTickets(viewer, 't', bind)} ${after}
          order by t.updated_at desc, t.id desc limit ${pageSize + 1} offset ${offset}
        ) page
      ) numbered
      join tickets t using (id)
      join users r on r.id = t.reporter_id
      left join topics o on o.id = t.topic_id
      left join lateral (
        select '{"id":"' || c.id || '","body":' || to_json(c.body) || ',"sentAt":' || to_json(c.sent_at) || '}' as text
        from comments c where c.ticket_id = t.id and ${readable(viewer, 'c')} order by c.staff_seq desc limit 1
      ) last on true
    ) t`;
}

/** One of two plans, and whoever asks has to know the quicker one: few documents are found first, many are met on the way. */
function search(viewer, bind, { text, documentsFirst }) {
  const visible = visibleTickets(viewer, 't', bind);
  const query = `(select search_query(${bind(text)}))`;
  const readableDocuments = isStaff(viewer) ? 'true' : 'd.is_public';
  const found = documentsFirst
    ? `(select * from tickets where id = any(array(
        select d.ticket_id from search_documents d where d.search @@ ${query} and ${readableDocuments}
      )) offset 0) t where ${visible}`
    : `tickets t where ${isStaff(viewer) ? visible : `t.id = any(array(select t.id from tickets t where ${visible}))`} and exists (
        select from (select search from search_documents d where d.ticket_id = t.id and ${readableDocuments} offset 0) d
        where d.search @@ ${query}
      )`;
  return `
    select '{"tickets":[' || coalesce(string_agg(
        '{"id":"' || t.id || '","number":' || t.number || ',"title":' || to_json(t.title) || '}',
        ',' order by t.updated_at desc, t.id desc
      ), '') || ']}' as answer
    from (select t.* from ${found} order by t.updated_at desc, t.id desc limit ${pageSize}) t`;
}

/** What has to be written for a comment to be one, and nothing else. */
function addComment(viewer, bind, { id, body }) {
  const [author, role] = [bind(viewer.id), bind(viewer.role)];
  return `
    with ticket as (
      update tickets t set staff_seq = staff_seq + 1, public_seq = public_seq + 1, version = version + 1, updated_at = now(),
        last_event_at = now(), last_comment_role = ${role}, last_public_comment_role = ${role}
      where t.id = ${bind(id)} and t.closed_at is null and ${visibleTickets(viewer, 't', bind)}
      returning id, staff_seq, public_seq, updated_at
    ), comment as (
      insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
      select id, ${author}::uuid, ${role}, 'PUBLIC', ${bind(body)}, staff_seq, public_seq, updated_at from ticket
      returning id, body, sent_at
    )
    select '{"id":"' || c.id || '","body":' || to_json(c.body) || ',"sentAt":' || to_json(c.sent_at) || ',"author":' || ${person('a')} || '}' as answer
    from comment c, users a where a.id = ${author}::uuid`;
}

const deepCursor = (viewer, bind, { updatedAt, after }) =>
  list(viewer, bind, { after: `and (t.updated_at, t.id) < (${bind(updatedAt)}::timestamptz, ${bind(after)}::uuid)` });

const deepPage = (viewer, bind, { offset }) => list(viewer, bind, { offset: `${bind(offset)}::int` });

const inbox = (viewer, bind) => list(viewer, bind, {});

const writers = { thread, inbox, deepCursor, deepPage, search, addComment };
const argumentNames = ['id', 'updatedAt', 'after', 'offset', 'text', 'body'];
const statements = new Map();

/** Stands for a value that each request brings along. */
class Given {
  constructor(read) {
    this.read = read;
  }
}

function write(query, viewer, { documentsFirst }) {
  const sources = [];
  const bind = (value) => `$${sources.push(value instanceof Given ? value.read : () => value)}`;
  const anyViewer = {
    role: viewer.role,
    id: new Given((request) => request.viewer.id),
    organizationId: viewer.organizationId && new Given((request) => request.viewer.organizationId),
    projectIds: new Given((request) => request.viewer.projectIds),
  };
  const anyArgs = argumentNames.map((name) => [name, new Given((request) => request.args[name])]);
  const text = writers[query](anyViewer, bind, { documentsFirst, ...Object.fromEntries(anyArgs) });
  return { name: `${statements.size}`, text, sources };
}

/** The statement that answers a request as JSON, under the very condition of visibility that the gateway has; it is written once. */
export function statementOf(request) {
  const { query, viewer, args } = request;
  const key = `${query} ${viewer.role} ${viewer.organizationId === null} ${args.documentsFirst}`;
  if (!statements.has(key)) statements.set(key, write(query, viewer, args));
  const { name, text, sources } = statements.get(key);
  return { name, text, values: sources.map((read) => read(request)) };
}
