import { createClient } from 'graphql-ws';
import { resumable } from 'ticketing-gateway/client';
import WebSocket from 'ws';
import { followDashboard } from './dashboard.js';
import { createGatewayClient, follow } from './follow.js';

const [url, given, number] = process.argv.slice(2);
if (!url || !given) throw new Error('Usage: main.ts <endpoint> <token> [<number of a ticket>]');

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
const client = createGatewayClient(url, token, live);
if (number) await follow(client, Number(number), ({ body, author }) => console.log(`${author.name}: ${body}`), end);
else await followDashboard(client, { isOpen: true }, console.table, end);
