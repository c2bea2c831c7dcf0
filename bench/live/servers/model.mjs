import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { DataSource, EntitySchema } from 'typeorm';

const id = { type: 'text', primary: true };
const idOf = (type) => `${type}_${randomUUID()}`;

export const User = new EntitySchema({ name: 'User', tableName: 'users', columns: { id, name: { type: 'text' } } });
export const Comment = new EntitySchema({
  name: 'Comment',
  columns: {
    id,
    body: { type: 'text' },
    sentAt: { type: 'timestamptz' },
    authorId: { type: 'text' },
    voteId: { type: 'text', nullable: true },
  },
});
export const Vote = new EntitySchema({ name: 'Vote', columns: { id, score: { type: 'int' } } });

/** The same three tables for all who are compared, with somebody to write. */
export async function openDatabase() {
  const database = new DataSource({
    type: 'postgres',
    url: process.env.DATABASE_URL,
    entities: [User, Comment, Vote],
    synchronize: true,
    poolSize: 10,
  });
  await database.initialize();
  const author = { id: idOf('usr'), name: 'somebody-0' };
  await database.getRepository('User').save(author);
  /** Writes a comment that was rated already. */
  const add = async (body) => {
    const vote = { id: idOf('vot'), score: 1 };
    await database.getRepository('Vote').insert(vote);
    const comment = { id: idOf('com'), body, sentAt: new Date(), authorId: author.id, voteId: vote.id };
    await database.getRepository('Comment').insert(comment);
    return { comment, author, vote };
  };
  return { database, add };
}

export const typeDefs = `
  type User { id: ID! name: String! }
  type Vote { score: Int! }
  type Comment { id: ID! body: String! sentAt: String! author: User! vote: Vote }
  type CommentAdded { comment: Comment! }
  type Query { ok: Boolean! }
  type Subscription { commentAdded: CommentAdded! }
`;
