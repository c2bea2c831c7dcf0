import { type Bind, parameters } from '../../db/database.js';
import { Visibility } from '../../entities/comment.js';
import { type Addition, commentNeededBy, type NewEvent } from './addition.js';
import type { Effect } from './effect.js';
import { effectsOf } from './effects.js';

/** A statement with its parameters. */
interface Statement {
  readonly sql: string;
  readonly values: unknown[];
}

/**
 * The statement that an addition is: it locks the ticket, and the comment that it is about, checks both, numbers the events in
 * both streams and writes them with what they bring. It answers a row where all conditions held.
 */
export function closingStatement(addition: Addition): Statement {
  const { values, bind } = parameters();
  const effects = effectsOf(addition, bind);
  const writes = all(effects, 'writes').map((write, n) => `write_${n + 1} as (${write}),`);
  const sql = `
    with locked as materialized (${locked(addition, bind)}),
    now as materialized (
      select greatest(last_event_at, date_trunc('milliseconds', clock_timestamp())) as at from locked
    ),
    wanted as materialized (select ${['id', ...columnsOf(effects).map(([name, value]) => `${value} as ${name}`)].join(', ')} from locked),
    updated as materialized (${changes(effects)}),
    events as (${events(addition, bind)}),
    numbered as materialized (
      select e.*, row_number() over in_order = 1 as is_first,
        locked.staff_seq + (row_number() over in_order)::int as staff_seq,
        case when is_public then locked.public_seq + (count(*) filter (where is_public) over in_order)::int end as public_seq
      from events e, locked
      window in_order as (order by phase, n)
    ),
    totals as (
      select count(*)::int as events, count(public_seq)::int as public_events,
        coalesce(array_agg(user_id order by n) filter (where phase = 0), '{}') as joined
      from numbered
    ),
    changed as (${update(addition, effects)}),
    new_members as (
      insert into members (ticket_id, user_id, position, joined_at)
      select locked.id, user_id, cardinality(locked.member_ids) + row_number() over (order by n), now.at
      from numbered, locked, now where phase = 0
      union all
      select locked.id, author_id, n, now.at
      from locked, now, unnest(locked.member_ids) with ordinality as author(author_id, n) where locked.staff_seq = 0
    ),
    ${writes.join('\n')}
    new_entries as (
      insert into conversation_log
        (ticket_id, staff_seq, public_seq, type, at, actor_id, comment_id, user_id, vote_id, other_ticket_id, changes,
         image_before, image_changes)
      select changed.id, n.staff_seq, n.public_seq, n.type, now.at, ${bind(addition.actor.id)}, n.comment_id, n.user_id, n.vote_id,
        n.other_ticket_id,
        case when n.type = 'TicketUpdated' then updated.changes end,
        case when n.type = 'TicketOpened' then null when n.is_first then locked.image else changed.image end,
        case when n.type = 'TicketOpened' then changed.image
             when n.is_first then image_changes(locked.image, changed.image) else '{}' end
      from numbered n, locked, changed, now, updated
    )
    select locked.staff_seq as "seqBefore", changed.members from changed, locked`;
  return { sql, values };
}

const all = <Part extends 'told' | 'sets' | 'writes'>(
  effects: readonly Effect[],
  part: Part,
): NonNullable<Effect[Part]>[number][] => effects.flatMap((effect) => [...(effect[part] ?? [])] as never[]);

const columnsOf = (effects: readonly Effect[]): [name: string, value: string][] =>
  effects.flatMap(({ columns = {} }) => Object.entries(columns));

function locked(addition: Addition, bind: Bind): string {
  const { ticket, requires, expectedVersion } = addition;
  const comment = commentNeededBy(addition);
  const conditions = [
    `t.id = ${bind(ticket.id)}`,
    't.deleted_at is null',
    `t.access_version = ${bind(ticket.accessVersion)}`,
    ...(requires ? [`t.closed_at is ${requires === 'open' ? '' : 'not '}null`] : []),
    ...(expectedVersion == null ? [] : [`t.version = ${bind(expectedVersion)}`]),
    ...(comment ? [`c.id = ${bind(comment.id)} and c.ticket_id = t.id and c.deleted_at is null`] : []),
    ...(comment?.expectedVersion == null ? [] : [`c.version = ${bind(comment.expectedVersion)}`]),
  ];
  return `select t.*, ticket_image(t) as image from tickets t ${comment ? ', comments c' : ''}
    where ${conditions.join(' and ')} for no key update`;
}

/** The fields that differ, as the text of a TicketUpdated; null where none does. */
function changes(effects: readonly Effect[]): string {
  const rows = all(effects, 'told').map(({ name, before, after }, n) => `(${n}, '${name}', ${before}, ${after})`);
  if (rows.length === 0) return 'select null::jsonb as changes';
  return `
    select jsonb_agg(jsonb_build_object('field', field, 'before', before, 'after', after) order by n) as changes
    from locked, wanted, lateral (values ${rows.join(', ')}) as f(n, field, before, after)
    where before is distinct from after`;
}

const isAboutNote = (event: NewEvent): boolean =>
  'comment' in event && event.comment?.visibility === Visibility.INTERNAL;

function events({ joining = [], events: added, attribute, confirmation }: Addition, bind: Bind): string {
  const isForAll = attribute === undefined && confirmation === undefined;
  const columns = [
    bind(added.map((event) => event.type)),
    bind(added.map((event) => !isAboutNote(event))),
    bind(added.map((event) => ('comment' in event ? (event.comment?.id ?? null) : null))),
    bind(added.map((event) => ('vote' in event ? event.vote.id : null))),
    bind(added.map((event) => ('otherTicketId' in event ? event.otherTicketId : null))),
  ] as const;
  return `
    select 0 as phase, j.n, 'MemberJoined' as type, true as is_public, j.user_id, null::uuid as comment_id, null::uuid as vote_id,
      null::uuid as other_ticket_id
    from locked, unnest(${bind(joining)}::uuid[]) with ordinality as j(user_id, n)
    where j.user_id <> all (locked.member_ids)
    union all
    select case e.type when 'TicketOpened' then -1 else 1 end, e.n, e.type, e.is_public, null, e.comment_id, e.vote_id, e.other_ticket_id
    from locked, unnest(${columns[0]}::text[], ${columns[1]}::boolean[], ${columns[2]}::uuid[], ${columns[3]}::uuid[],
      ${columns[4]}::uuid[]) with ordinality as e(type, is_public, comment_id, vote_id, other_ticket_id, n)
    union all
    select 2, 1, 'TicketUpdated', ${isForAll}, null, null, null, null from updated where changes is not null`;
}

function update(addition: Addition, effects: readonly Effect[]): string {
  // Reading changes nothing that a version stands for.
  const isSeen = addition.clientReadSeq === undefined ? 'totals.public_events > 0' : 'false';
  const assignments = [...columnsOf(effects).map(([name]) => `${name} = wanted.${name}`), ...all(effects, 'sets')];
  return `
    update tickets t set
      staff_seq = locked.staff_seq + totals.events,
      public_seq = locked.public_seq + totals.public_events,
      member_ids = locked.member_ids || totals.joined,
      last_event_at = case when totals.events > 0 then now.at else locked.last_event_at end,
      created_at = case when locked.staff_seq = 0 then now.at else locked.created_at end,
      version = locked.version + (${isSeen})::int,
      updated_at = case when ${isSeen} then now.at else locked.updated_at end
      ${assignments.map((assignment) => `, ${assignment}`).join('')}
    from locked, totals, now, wanted
    where t.id = locked.id
    returning t.id, cardinality(t.member_ids) as members, ticket_image(t) as image`;
}
