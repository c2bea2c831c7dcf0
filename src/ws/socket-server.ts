import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, getOperationAST, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { isSignedIn, type Viewer } from '../auth/viewer.js';
import { AppError, ErrorCode } from '../errors.js';
import type { Context } from '../graphql/context.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import { limits, validationRules } from '../graphql/limits.js';
import { subscribe, type SubscriptionArgs } from '../graphql/subscribe.js';
import type { Logger } from '../logger.js';
import type { SignIn } from '../services/sign-in.js';

/** What the WebSocket door needs. */
export interface SocketDoor {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly signIn: SignIn;
  readonly createContext: (viewer: Viewer) => Context;
  readonly formatError: ErrorFormatter;
  readonly corsOrigins: readonly string[];
  readonly logger: Logger;
}

interface Session extends Record<PropertyKey, unknown> {
  viewer?: Viewer;
  expiry?: NodeJS.Timeout;
}

/** How long a client may take to say who it is, in milliseconds. */
const initTimeoutMs = 3_000;
const longestTimerMs = 2_147_483_647;
/** Close codes after which clients come back: with a new token, or at once. */
const closeCode = { forbidden: 4403, restarting: 1012 } as const;

/** Serves GraphQL subscriptions on `/graphql` of the server; the answer closes every socket so that clients come back. */
export function attachSocketServer(server: Server, door: SocketDoor): () => Promise<void> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const { dispose } = useServer<Record<string, unknown>, Session>(
    {
      connectionInitWaitTimeout: initTimeoutMs,
      onConnect: async ({ connectionParams, extra }) => {
        try {
          extra.viewer = await door.signIn(authorizationIn(connectionParams));
        } catch (error) {
          if (error instanceof AppError && error.code === ErrorCode.UNAUTHENTICATED) return false;
          door.logger.warn({ error }, 'could not tell who opens a socket');
          extra.socket.close(closeCode.restarting, 'Try again');
          return undefined;
        }
        closeOnExpiry(extra, () => extra.socket.close(closeCode.forbidden, 'Token expired'));
        return undefined;
      },
      onDisconnect: ({ extra }) => clearTimeout(extra.expiry),
      onSubscribe: ({ extra }, _id, payload) => prepare(door, extra.viewer, payload),
      onError: (_context, _id, _payload, errors) => errors.map(door.formatError),
      execute: () => ({ errors: [new GraphQLError('only subscriptions run over the socket')] }),
      onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
        errors && { ...result, errors: errors.map(door.formatError) },
      subscribe: (args) => subscribe(args as SubscriptionArgs),
    },
    sockets,
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, door.corsOrigins);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });
  sockets.on('connection', (socket) => socket.on('error', (error) => door.logger.debug({ error }, 'a socket failed')));
  return async () => {
    for (const socket of sockets.clients) socket.close(closeCode.restarting, 'Restarting');
    await dispose();
  };
}

function refusalOf({ url, headers }: IncomingMessage, corsOrigins: readonly string[]): string | null {
  if (new URL(url ?? '/', 'http://gateway').pathname !== '/graphql') return '404 Not Found';
  if (!headers['sec-websocket-protocol']?.split(/,\s*/).includes(GRAPHQL_TRANSPORT_WS_PROTOCOL))
    return '400 Bad Request';
  const { origin, host } = headers;
  if (origin === undefined || corsOrigins.includes(origin)) return null;
  return URL.canParse(origin) && new URL(origin).host === host ? null : '403 Forbidden';
}

function authorizationIn(parameters: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const entry = Object.entries(parameters ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return entry?.[1] == null ? undefined : String(entry[1]);
}

function closeOnExpiry(session: Session, close: () => void): void {
  const { viewer } = session;
  if (!viewer || !isSignedIn(viewer)) return;
  session.expiry = setTimeout(close, Math.min(viewer.expiresAt * 1000 - Date.now(), longestTimerMs));
}

/** The same checks as at the other door; the errors are told, and nothing runs. */
function prepare(
  { schema, introspection, createContext }: SocketDoor,
  viewer: Viewer | undefined,
  { query, operationName, variables }: SubscribePayload,
): SubscriptionArgs | readonly GraphQLError[] {
  if (!viewer) return [new GraphQLError('The socket is not open yet.')];
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    return [coded(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')];
  }
  const options = { maxErrors: limits.errors, hideSuggestions: !introspection };
  const errors = validate(schema, document, validationRules, options);
  if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
  if (getOperationAST(document, operationName)?.operation !== 'subscription') {
    const message = 'Only subscriptions run over the socket: send queries and mutations over HTTP.';
    return [coded(new GraphQLError(message), 'BAD_REQUEST')];
  }
  return {
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: createContext(viewer),
  };
}

/** The codes that Apollo Server gives the same errors at the other door. */
const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    originalError: error.originalError,
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
