/** @jest-environment node */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { createErrorFormatter } from '../../src/graphql/format-error.js';
import { mount } from '../../src/http/graphql-handler.js';
import { memoryLog, post, send } from './support.js';

const formatError = createErrorFormatter(memoryLog().logger, { hints: true });
let server: Server;
let apollo: ApolloServer<{ who: string }>;
let url: string;
beforeAll(async () => {
  const resolvers = { Query: { who: (_root: unknown, _args: unknown, { who }: { who: string }) => who } };
  apollo = new ApolloServer({ typeDefs: 'type Query { who: String }', resolvers });
  await apollo.start();
  const admit = ({ headers }: { headers: { from?: string } }) => {
    if (headers.from === 'nobody') throw new Error('not let in');
    return Promise.resolve({ context: () => Promise.resolve({ who: headers.from ?? 'somebody' }) });
  };
  const handle = mount({ apollo, admit, formatError });
  server = createServer((request, response) => {
    void handle(request, response, new URL(request.url ?? '/', 'http://gateway'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.close();
  await apollo.stop();
});

it('Any Apollo Server can be put behind requests of node:http', async () => {
  expect(JSON.parse((await post(url, { query: '{ who }' }, { from: 'me' })).text)).toEqual({ data: { who: 'me' } });
  const headers = { 'apollo-require-preflight': 'yes' };
  expect(JSON.parse((await send(`${url}?query={who}`, { headers })).text)).toEqual({ data: { who: 'somebody' } });
});

it('whose answers say how long they are, and which is asked first whether a page of another site could have made a request', async () => {
  const answer = await post(url, { query: '{ who }' });
  expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.text)));
  const foreign = await send(url, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{"query":"{ who }"}',
  });
  expect([foreign.status, foreign.text]).toEqual([400, expect.stringContaining('blocked as a potential')]);
});

it('and who is not let in is refused without a word of why', async () => {
  const { status, text } = await post(url, { query: '{ who }' }, { from: 'nobody' });
  expect(status).toBe(500);
  expect(text).not.toContain('not let in');
});
