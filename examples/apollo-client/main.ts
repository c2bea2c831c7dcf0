import { createClient } from 'graphql-ws';
import { resumable } from 'ticketing-gateway/client';
import WebSocket from 'ws';
import { createGatewayClient, follow } from './follow.js';

const [url, given, number] = process.argv.slice(2);
if (!url || !given || !number) throw new Error('Usage: main.ts <endpoint> <token> <number of a ticket>');

// A real application asks its identity provider for a new one.
const token = (): Promise<string> => Promise.resolve(given);
const live = resumable({
  createClient,
  webSocketImpl: WebSocket,
  url: url.replace(/^http/, 'ws'),
  token,
  onRetry: () => console.error('(not connected)'),
});
const end = (error: unknown): void => {
  console.error(error ?? 'The ticket was deleted.');
  void live.dispose();
};
await follow(
  createGatewayClient(url, token, live),
  Number(number),
  ({ body, author }) => console.log(`${author.name}: ${body}`),
  end,
);
