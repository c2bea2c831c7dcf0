import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { In } from 'typeorm';
import { WebSocketServer } from 'ws';
import { listen, readJson } from '../../http.mjs';
import { openDatabase, typeDefs } from './model.mjs';

/** What the manuals show: repositories, loaders for each subscriber and event, results made for each socket. */
const { database, add } = await openDatabase();
const emitter = new EventEmitter().setMaxListeners(0);

const loaderOf = (name) =>
  new DataLoader(async (ids) => {
    const rows = await database.getRepository(name).findBy({ id: In([...ids]) });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
const createLoaders = () => ({ comments: loaderOf('Comment'), users: loaderOf('User'), votes: loaderOf('Vote') });

const schema = buildSchema(typeDefs);
const resolve = (type, field, resolver) => (schema.getType(type).getFields()[field].resolve = resolver);
schema.getType('Subscription').getFields().commentAdded.subscribe = () => on(emitter, 'comment');
resolve('Subscription', 'commentAdded', ([id]) => ({ id, loaders: createLoaders() }));
resolve('CommentAdded', 'comment', async ({ id, loaders }) => ({ ...(await loaders.comments.load(id)), loaders }));
resolve('Comment', 'sentAt', ({ sentAt }) => sentAt.toISOString());
resolve('Comment', 'author', ({ authorId, loaders }) => loaders.users.load(authorId));
resolve('Comment', 'vote', ({ voteId, loaders }) => voteId && loaders.votes.load(voteId));

const server = createServer(async (request, response) => {
  const { comment } = await add((await readJson(request)).body);
  response.end('{}');
  emitter.emit('comment', comment.id);
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }));
listen(server);
