import Fastify from 'fastify';
import mercurius from 'mercurius';
import { In } from 'typeorm';
import { openDatabase, typeDefs } from './model.mjs';

/** Mercurius with its own subscriptions and loaders. */
const { database, add } = await openDatabase();
const app = Fastify();

const byIds = (name) => async (ids) => {
  const rows = await database.getRepository(name).findBy({ id: In(ids) });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
};

await app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Query: { ok: () => true },
    Subscription: { commentAdded: { subscribe: (_root, _args, { pubsub }) => pubsub.subscribe('comment') } },
    Comment: { sentAt: ({ sentAt }) => sentAt.toISOString() },
  },
  loaders: {
    CommentAdded: { comment: (queries) => byIds('Comment')(queries.map(({ obj }) => obj.commentId)) },
    Comment: {
      author: (queries) => byIds('User')(queries.map(({ obj }) => obj.authorId)),
      vote: (queries) => byIds('Vote')(queries.map(({ obj }) => obj.voteId)),
    },
  },
  subscription: true,
});
app.post('/comment', async (request) => {
  const { comment } = await add(request.body.body);
  app.graphql.pubsub.publish({ topic: 'comment', payload: { commentAdded: { commentId: comment.id } } });
  return {};
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
