import { isStaff, Role } from '../../auth/viewer.js';
import type { Bind } from '../../db/database.js';
import { Visibility } from '../../entities/comment.js';
import { FileStatus } from '../../entities/file.js';
import { globalIdInSql } from '../../global-id.js';
import { normalizedScore } from '../../policies/score.js';
import type { Addition, NewComment, NewEvent } from './addition.js';
import { attributeSet } from './attribute-effect.js';
import { commentsCopied, isCopy } from './copy-effect.js';
import type { Effect } from './effect.js';
import { accessVersionAfter, type FieldValue, ticketFields } from './ticket-fields.js';

type EventOf<T extends NewEvent['type']> = Extract<NewEvent, { type: T }>;

const isPublic = ({ visibility }: { visibility: Visibility }): boolean => visibility === Visibility.PUBLIC;

const readBefore = '(locked.last_support_seq <= locked.client_read_seq)::text';

/** All that an addition does beside adding its events. */
export function effectsOf(addition: Addition, bind: Bind): Effect[] {
  const { events, fields = [], attribute, confirmation, becomes, clientReadSeq } = addition;
  return [
    ...events.map((event) => effectOf(event, addition, bind)),
    ...commentsCopied(addition, bind),
    ...(addition.movesStatus ? [statusMovedBy(addition)] : []),
    ...fields.map((field) => fieldSet(field, bind)),
    { sets: accessVersionAfter(fields.map(({ name }) => name)) },
    ...(attribute ? [attributeSet(attribute, bind)] : []),
    ...(confirmation ? [contactsConfirmed(confirmation, bind)] : []),
    ...(becomes ? [closing(becomes, bind)] : []),
    ...(clientReadSeq === undefined ? [] : [readUpTo(clientReadSeq, bind)]),
  ];
}

function effectOf(event: NewEvent, addition: Addition, bind: Bind): Effect {
  switch (event.type) {
    case 'CommentAdded':
      return isCopy(event.comment) ? {} : commentAdded(event.comment, addition, bind);
    case 'CommentEdited':
      return commentEdited(event, bind);
    case 'CommentRemoved':
      return commentRemoved(event, bind);
    case 'Rated':
      return rated(event, addition, bind);
    case 'TicketDeleted':
      return { sets: ['deleted_at = now.at'] };
    default:
      return {};
  }
}

function commentAdded(comment: NewComment, { actor, events }: Addition, bind: Bind): Effect {
  const { fileIds = [] } = comment;
  const author = bind(actor.id);
  const role = bind(actor.role);
  const isAnswer = isPublic(comment) && isStaff(actor);
  const isOpening = events.some(({ type }) => type === 'TicketOpened');
  return {
    told: isAnswer && !isOpening ? [{ name: 'isClientRead', before: readBefore, after: `'false'` }] : [],
    sets: [
      `last_comment_role = ${role}`,
      ...(isPublic(comment) ? [`last_public_comment_role = ${role}`] : []),
      ...(isAnswer ? [`last_support_seq = (select public_seq from numbered where type = 'CommentAdded')`] : []),
    ],
    writes: [
      `insert into comments (id, ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, file_count, sent_at)
       select comment_id, locked.id, ${author}, ${role}, ${bind(comment.visibility)}, ${bind(comment.body)},
         numbered.staff_seq, numbered.public_seq, ${fileIds.length}, now.at
       from locked, numbered, now where type = 'CommentAdded'`,
      ...(fileIds.length > 0 ? [filesAttached(comment.id, fileIds, author, bind)] : []),
    ],
  };
}

/** Whatever was claimed before, only the author's own files that nobody has yet are attached (parity e4). */
function filesAttached(commentId: string, fileIds: readonly string[], author: string, bind: Bind): string {
  return `
    update files f set comment_id = ${bind(commentId)}, position = given.n
    from locked, unnest(${bind(fileIds)}::uuid[]) with ordinality as given(id, n)
    where f.id = given.id and f.uploader_id = ${author} and f.comment_id is null and f.status = '${FileStatus.READY}'`;
}

function commentEdited({ comment }: EventOf<'CommentEdited'>, bind: Bind): Effect {
  return {
    writes: [
      `update comments c set body = ${bind(comment.body)}, version = c.version + 1, edited_at = now.at
       from now where c.id = ${bind(comment.id)}`,
    ],
  };
}

/** What lists tell of the newest comment has to be found out anew, from those that are left. */
function commentRemoved({ comment }: EventOf<'CommentRemoved'>, bind: Bind): Effect {
  const id = bind(comment.id);
  const left = `from comments c where c.ticket_id = locked.id and c.id <> ${id} and c.deleted_at is null`;
  const newest = 'order by c.staff_seq desc limit 1';
  const forStaff = { last_comment_role: `(select c.author_role ${left} ${newest})` };
  const forAll = {
    last_public_comment_role: `(select c.author_role ${left} and c.public_seq is not null ${newest})`,
    last_support_seq: `coalesce((select max(c.public_seq) ${left} and c.author_role <> '${Role.CUSTOMER}'), 0)`,
  };
  const after = '(wanted.last_support_seq <= locked.client_read_seq)::text';
  return {
    columns: { ...forStaff, ...(isPublic(comment) && forAll) },
    told: isPublic(comment) ? [{ name: 'isClientRead', before: readBefore, after }] : [],
    writes: [
      `update comments c set body = '', file_count = 0, version = c.version + 1, deleted_at = now.at
       from now where c.id = ${id}`,
      `delete from files f using locked where f.comment_id = ${id}`,
    ],
  };
}

function rated({ vote, comment }: EventOf<'Rated'>, { actor }: Addition, bind: Bind): Effect {
  const id = bind(vote.id);
  const commentId = comment ? bind(comment.id) : null;
  return {
    sets: commentId ? [] : [`vote_id = ${id}`, `vote_normalized = ${bind(normalizedScore(vote.scale, vote.score))}`],
    writes: [
      `insert into votes (id, ticket_id, comment_id, voter_id, score, scale, comment, created_at)
       select ${id}, locked.id, ${commentId ?? 'null'}::uuid, ${bind(actor.id)}, ${bind(vote.score)}, ${bind(vote.scale)},
         ${bind(vote.comment)}, now.at
       from locked, now`,
      ...(commentId ? [`update comments c set vote_id = ${id} from now where c.id = ${commentId}`] : []),
    ],
  };
}

function fieldSet({ name, value }: FieldValue, bind: Bind): Effect {
  const { column, type, field, told, sets = [] } = ticketFields[name];
  return {
    columns: { [column]: `${bind(value)}::${type}` },
    told: [{ name: field, before: told(`locked.${column}`), after: told(`wanted.${column}`) }],
    sets,
  };
}

/** Support's answer makes a ticket wait, the customer's reply has it taken up again (parity x9). */
function statusMovedBy({ actor }: Addition): Effect {
  const [from, to] = isStaff(actor) ? [`'OPEN', 'IN_PROGRESS'`, 'waiting'] : [`'WAITING', 'RESOLVED'`, 'in_progress'];
  const { column, field, told } = ticketFields.statusId;
  // A state that was made while the lock was waited for is not seen yet: nothing is moved then.
  const moved = `coalesce((select case when s.category in (${from})
    then (select id from states where type = 'STATE' and key = '${to}') else s.id end
    from states s where s.id = locked.status_id), locked.status_id)`;
  return {
    columns: { [column]: moved },
    told: [{ name: field, before: told(`locked.${column}`), after: told(`wanted.${column}`) }],
  };
}

function closing({ statusKey, closed }: NonNullable<Addition['becomes']>, bind: Bind): Effect {
  return {
    sets: [
      `status_id = (select id from states where type = 'STATE' and key = ${bind(statusKey)})`,
      `closed_at = ${closed ? 'now.at' : 'null'}`,
    ],
  };
}

function contactsConfirmed({ id, key, value }: NonNullable<Addition['confirmation']>, bind: Bind): Effect {
  const boundId = bind(id);
  return {
    told: [
      { name: 'contactConfirmation', before: 'null::text', after: globalIdInSql('SystemEvent', `${boundId}::uuid`) },
    ],
    writes: [
      `insert into system_events (id, ticket_id, position, key, value, created_at)
       select ${boundId}::uuid, locked.id,
         (select count(*) + 1 from system_events e where e.ticket_id = locked.id), ${bind(key)}, ${bind(value)}, now.at
       from locked, now`,
    ],
  };
}

function readUpTo(seq: number, bind: Bind): Effect {
  const after = '(locked.last_support_seq <= wanted.client_read_seq)::text';
  return {
    columns: { client_read_seq: `greatest(locked.client_read_seq, ${bind(seq)}::int)` },
    told: [{ name: 'isClientRead', before: readBefore, after }],
  };
}
