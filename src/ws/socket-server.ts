import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isSignedIn, type Viewer } from '../auth/viewer.js';
import type { Floors } from '../db/replicas/read-floors.js';
import type { Context } from '../graphql/context.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Gate } from '../graphql/documents/gate.js';
import { Hub } from '../graphql/hub/hub.js';
import { limits } from '../graphql/limits.js';
import { subscribe, type SubscriptionArgs } from '../graphql/subscribe.js';
import { observedUpgrade } from '../doors/observe-requests.js';
import type { Origins } from '../doors/origins.js';
import { foreignName, type Refusal, refuseUpgrade } from '../doors/safety.js';
import type { Logger } from '../logger.js';
import { payerOf } from '../services/payer.js';
import type { SignIn } from '../services/sign-in.js';
import { requestIdOf, type Scope, type Telemetry, within } from '../telemetry.js';
import { Connection } from './connection.js';
import { Documents } from './documents.js';
import { closeCode, closeOnExpiry, closeOnRefusal, isUnauthenticated } from './end-of-session.js';
import { SocketOutlet } from './outlet.js';
import { SocketCount } from './socket-count.js';
import { type SocketTiming, watchSockets } from './watch-sockets.js';

/** What the WebSocket door needs. */
export interface SocketDoor extends Gate {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly signIn: SignIn;
  readonly createContext: (viewer: Viewer, acceptLanguage?: string) => Context;
  /** Calls back whenever somebody's rights may have changed, until the answer is called. */
  readonly watch: (userId: string, listener: () => void) => () => void;
  readonly floors: Floors;
  readonly formatError: ErrorFormatter;
  readonly origins: Origins;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly timing?: Partial<SocketTiming> | undefined;
}

/** What is kept of the request that opened a socket. */
interface Handshake extends Pick<IncomingMessage, 'socket'> {
  /** By what logs know what is done for the socket. */
  readonly requestId: string;
  readonly acceptLanguage: string | undefined;
  /** Where the client is, as far as the gateway can see. */
  readonly address: string | undefined;
}

interface Session {
  readonly socket: WebSocket;
  readonly outlet: SocketOutlet;
  readonly requestId: string;
  /** Where the client is, as far as the gateway can see. */
  readonly address: string | undefined;
  /** Who pays for what is done for the socket, once that is known. */
  payer?: string;
  /** What the client said of itself; who that is and what they may do is asked anew for each subscription. */
  authorization?: string | undefined;
  acceptLanguage?: string | undefined;
}

/** How long a client may take to say who it is, in milliseconds. */
const initTimeoutMs = 3_000;
/** How long a client may take to close its side when the gateway stops, in milliseconds. */
const goodbyeMs = 2_000;

/** Serves GraphQL subscriptions on `/graphql` of the server; the answer closes every socket so that clients come back. */
export function attachSocketServer(server: Server, door: SocketDoor): () => Promise<void> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const documents = new Documents(door.schema, door.introspection, door);
  const count = new SocketCount(door.socketLimits);
  const onRetry = (error: unknown): void =>
    door.logger.warn({ error }, 'an event could not be read and is tried again');
  const stringify = (result: ExecutionResult): string => JSON.stringify(formatted(door, result) ?? result);
  const hub = new Hub({ stringify, onRetry, onFollowed: (at) => door.telemetry.followed(at) });
  const sessions = new Set<object>();
  door.telemetry.watchSockets(() => ({
    sockets: sockets.clients.size,
    subscriptions: [...sessions].reduce((sum: number, running) => sum + Object.keys(running).length, 0),
  }));
  const protocol = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: inSession(async ({ connectionParams, extra, subscriptions }) => {
      const { socket } = extra;
      sessions.add(subscriptions);
      socket.once('close', () => sessions.delete(subscriptions));
      const { authorization, acceptlanguage } = inLowerCase(connectionParams);
      // What is no text is a wrong one, not none.
      extra.authorization = authorization == null ? undefined : typeof authorization === 'string' ? authorization : '';
      if (typeof acceptlanguage === 'string') extra.acceptLanguage = acceptlanguage;
      try {
        const viewer = await door.signIn(extra.authorization);
        if (socket.readyState !== socket.OPEN) return undefined;
        extra.payer = payerOf(viewer, extra.address);
        if (!count.enter(viewer, extra.payer, socket)) {
          socket.close(closeCode.tryLater, 'Too many sockets');
          return undefined;
        }
        if (!isSignedIn(viewer)) return undefined;
        closeOnExpiry(viewer, socket);
        const admission = {
          check: () => door.signIn(extra.authorization),
          watch: (listener: () => void) => door.watch(viewer.id, listener),
          isBusy: () => Object.keys(subscriptions).length > 0,
        };
        closeOnRefusal(admission, socket);
        await door.floors.arrived(viewer.id);
      } catch (error) {
        if (isUnauthenticated(error)) return false;
        door.logger.warn({ error }, 'could not tell who opens a socket');
        extra.socket.close(closeCode.restarting, 'Try again');
      }
      return undefined;
    }),
    onSubscribe: inSession(async ({ extra, subscriptions }, id, payload) => {
      if (Object.keys(subscriptions).length > limits.subscriptions) return [tooMany()];
      try {
        const viewer = await door.signIn(extra.authorization);
        const checked = await documents.admit(payload, payerOf(viewer, extra.address));
        if (!('document' in checked)) return checked;
        const contextValue = door.createContext(viewer, extra.acceptLanguage);
        const { outlet } = extra;
        return { schema: door.schema, ...checked, contextValue, outlet, write: outlet.writer(id), session: extra };
      } catch (error) {
        if (isUnauthenticated(error)) extra.socket.close(closeCode.forbidden, 'Forbidden');
        return [asGraphQLError(error)];
      }
    }),
    onError: inSession((_context, _id, _payload, errors) => errors.map(door.formatError)),
    execute: () => ({ errors: [new GraphQLError('only subscriptions run over the socket')] }),
    onNext: inSession(({ extra }, _id, _payload, _args, result) => {
      door.telemetry.delivered(1);
      // Somebody who was known when the socket was opened and is not any more; without a token there is nothing to lose.
      const isRevoked =
        extra.authorization !== undefined && result.errors?.some((error) => isUnauthenticated(error.originalError));
      if (isRevoked) setImmediate(() => extra.socket.close(closeCode.forbidden, 'Forbidden'));
      return formatted(door, result);
    }),
    subscribe: (args) => {
      const { session, ...given } = args as SubscriptionArgs & { session: Session };
      return within(scopeOf(session), () => subscribe(given, hub, ({ originalError }) => onRetry(originalError)));
    },
  });
  const unwatch = watchSockets(sockets, door.timing, () => door.logger.info('a socket took nothing and was closed'));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refusalOf(request, door.origins);
    if (refusal) return refuseUpgrade(door, request, socket, refusal);
    const opened = observedUpgrade(door, request);
    const handshake: Handshake = {
      socket: request.socket,
      acceptLanguage: request.headers['accept-language'],
      address: door.addressOf(request),
      requestId: requestIdOf(request),
    };
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.emit('connection', webSocket, handshake);
      opened();
    });
  });
  sockets.on('wsClientError', ({ message }: Error, socket: Duplex, request: IncomingMessage) =>
    refuseUpgrade(door, request, socket, { status: 400, message: `${message}.` }),
  );
  sockets.on('headers', (headers, request) => headers.push(`X-Request-Id: ${requestIdOf(request)}`));
  sockets.on('connection', (socket: WebSocket, { socket: connection, ...opened }: Handshake) => {
    socket.on('error', (error) => door.logger.debug({ error }, 'a socket failed'));
    const outlet = new SocketOutlet(socket, connection, () => door.telemetry.delivered(1));
    const session = { socket, outlet, ...opened };
    const closed = protocol.opened(new Connection(socket, door.logger), session);
    socket.once('close', (code: number, reason: Buffer) => void closed(code, reason.toString()));
  });
  return async () => {
    unwatch();
    for (const socket of sockets.clients) socket.close(closeCode.restarting, 'Restarting');
    const timer = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), goodbyeMs);
    await new Promise((resolve) => sockets.close(resolve));
    clearTimeout(timer);
  };
}

const tooMany = (): GraphQLError =>
  new GraphQLError(`Too many subscriptions: at most ${limits.subscriptions} run over one socket.`, {
    extensions: { code: 'BAD_REQUEST' },
  });

const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError((error as Error).message, { originalError: error as Error });

/** What clients are told where something went wrong; undefined where nothing did. */
const formatted = ({ formatError }: SocketDoor, { errors, ...result }: ExecutionResult): object | undefined =>
  errors && { ...result, errors: errors.map(formatError) };

/** What is done for a socket is known by the request that opened it, and paid for by whoever did. */
const scopeOf = ({ requestId, payer }: Session): Scope => ({
  requestId,
  statements: 0,
  ...(payer !== undefined && { payer }),
});

const inSession =
  <C extends { extra: Session }, A extends unknown[], R>(act: (context: C, ...rest: A) => R) =>
  (context: C, ...rest: A): R =>
    within(scopeOf(context.extra), () => act(context, ...rest));

function refusalOf({ url, headers }: IncomingMessage, origins: Origins): Refusal | null {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    return { status: 400, message: 'Send no `Upgrade` but to a WebSocket: this is HTTP/1.1.' };
  }
  if (!origins.isOurName(headers)) return { status: 421, message: foreignName };
  if (url?.split('?')[0] !== '/graphql') {
    return { status: 404, message: 'There is nothing here. The endpoint is /graphql.' };
  }
  if (!headers['sec-websocket-protocol']?.split(/,\s*/).includes(GRAPHQL_TRANSPORT_WS_PROTOCOL)) {
    return { status: 400, message: 'The protocol of this socket is graphql-transport-ws.' };
  }
  if (origins.mayConnect(headers)) return null;
  return { status: 403, message: 'Pages of this origin may not connect: see CORS_ORIGINS and PUBLIC_URL.' };
}

/** What a client says when it connects, by names in lower case. */
const inLowerCase = (parameters: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
