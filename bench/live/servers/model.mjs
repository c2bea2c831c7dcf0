import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { DataSource, EntitySchema } from 'typeorm';

const id = { type: 'uuid', primary: true };

export const User = new EntitySchema({ name: 'User', columns: { id, name: { type: 'text' } } });
export const Comment = new EntitySchema({
  name: 'Comment',
  columns: {
    id,
    body: { type: 'text' },
    sentAt: { type: 'timestamptz' },
    authorId: { type: 'uuid' },
    voteId: { type: 'uuid', nullable: true },
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
  const author = { id: randomUUID(), name: 'Somebody' };
  const vote = { id: randomUUID(), score: 1 };
  await database.getRepository('User').save(author);
  await database.getRepository('Vote').save(vote);
  /** Writes a comment. */
  const add = async (body) => {
    const comment = { id: randomUUID(), body, sentAt: new Date(), authorId: author.id, voteId: vote.id };
    await database.getRepository('Comment').save(comment);
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
