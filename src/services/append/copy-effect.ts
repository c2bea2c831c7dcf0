import { isStaffRole } from '../../auth/viewer.js';
import type { Bind } from '../../db/database.js';
import { Visibility } from '../../entities/comment.js';
import type { Addition, CommentCopy, NewEvent } from './addition.js';
import type { Effect } from './effect.js';

type Added = Extract<NewEvent, { type: 'CommentAdded' }>['comment'];

/** Whether a comment is not said now but was said in another ticket. */
export const isCopy = (comment: Added): comment is CommentCopy => 'source' in comment;

/** Copies comments with author, text, time and files, but without votes (parity e39); no effect where there are none. */
export function commentsCopied({ events }: Addition, bind: Bind): Effect[] {
  const copies = events.flatMap((event) =>
    event.type === 'CommentAdded' && isCopy(event.comment) ? [event.comment] : [],
  );
  const last = copies.at(-1);
  if (!last) return [];
  const ids = bind(copies.map(({ id }) => id));
  const sources = bind(copies.map(({ source }) => source.id));
  const copied = `unnest(${ids}::uuid[], ${sources}::uuid[]) as copy(id, source_id) join comments s on s.id = copy.source_id`;
  const inPublic = copies.filter(({ visibility }) => visibility === Visibility.PUBLIC);
  const answers = inPublic.filter(({ source }) => isStaffRole(source.authorRole));
  const lastPublic = inPublic.at(-1);
  const lastAnswer = answers.at(-1);
  const answered = lastAnswer && `(select public_seq from numbered where comment_id = ${bind(lastAnswer.id)}::uuid)`;
  return [
    {
      sets: [
        `last_comment_role = ${bind(last.source.authorRole)}`,
        ...(lastPublic ? [`last_public_comment_role = ${bind(lastPublic.source.authorRole)}`] : []),
        ...(answered ? [`last_support_seq = ${answered}`] : []),
        ...(answered && answers.every(({ isRead }) => isRead) ? [`client_read_seq = ${answered}`] : []),
      ],
      writes: [
        `insert into comments
           (id, ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, file_count, split_from_id, sent_at)
         select copy.id, locked.id, s.author_id, s.author_role, s.visibility, s.body, n.staff_seq, n.public_seq, s.file_count,
           s.id, s.sent_at
         from locked, ${copied} join numbered n on n.comment_id = copy.id`,
        `insert into files (uploader_id, comment_id, position, name, size, content_type, status, storage_key)
         select f.uploader_id, copy.id, f.position, f.name, f.size, f.content_type, f.status, f.storage_key
         from locked, ${copied} join files f on f.comment_id = s.id`,
      ],
    },
  ];
}
