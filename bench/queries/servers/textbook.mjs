import 'reflect-metadata';
import { createServer } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { buildSchema } from 'type-graphql';
import { DataSource } from 'typeorm';
import { listen } from '../../http.mjs';
import { createLoaders } from '../dist/context.js';
import { Comment, File, Ticket, Topic, User, Vote } from '../dist/entities.js';
import { CommentResolver, TicketResolver } from '../dist/resolvers.js';

/** What the manuals of Apollo Server, TypeGraphQL, TypeORM and DataLoader show. */
const database = await new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [User, Topic, Vote, Ticket, Comment, File],
  poolSize: 10,
}).initialize();
const schema = await buildSchema({ resolvers: [TicketResolver, CommentResolver], validate: true });
const apollo = new ApolloServer({ schema });
await apollo.start();
const app = express();
const context = async () => ({ database, loaders: createLoaders(database) });
app.use('/graphql', express.json(), expressMiddleware(apollo, { context }));
listen(createServer(app));
