import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import cors from 'cors';
import type { Logger } from '../logger.js';
import type { Telemetry } from '../telemetry.js';
import { uploadLimits } from './file-handler.js';
import { foreignName, type Middleware, protect } from '../doors/safety.js';
import { csvPath } from '../services/report/reports.js';
import { observed } from '../doors/observe-requests.js';
import type { Origins } from '../doors/origins.js';
import { respond, sendText } from './refuse.js';
import type { RouteHandler } from './route.js';
import { watchAnswers } from './watch-answers.js';

/** What is behind the routes. */
export interface Routes {
  readonly graphql: RouteHandler;
  /** The bytes of files. */
  readonly files: RouteHandler;
  readonly reports: RouteHandler;
  /** The page for people who open the endpoint in a browser; absent where introspection is off. */
  readonly graphiql?: () => Promise<{ html: string; contentSecurityPolicy: string }>;
  /** Whether requests can be served now; throws when the database does not answer. */
  readonly isReady: () => Promise<boolean>;
  readonly origins: Origins;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** For how long a client may take nothing of an answer, in milliseconds. */
  readonly stalledMs?: number | undefined;
}

const serverOptions: ServerOptions & { shouldUpgradeCallback: (request: IncomingMessage) => boolean } = {
  // Clients that offer another protocol, such as HTTP/2 in clear text, are answered in this one. Older versions of Node.js do
  // not know the option: there the offer is refused where WebSockets are accepted.
  shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
};

/** How long an unused connection is kept, in milliseconds: proxies close theirs after a minute, and must be first, or send into a closed one. */
const unusedMs = 75_000;
/** How long any other body may take, in milliseconds. */
const bodyMs = 30_000;

/** Serves `/graphql`, `/uploads/…`, `/files/…`, `/reports/tickets.csv`, `/health/live` and `/health/ready`; it listens to nothing yet. */
export function createHttpServer(routes: Routes): Server {
  const allowOrigins = (...methods: string[]): Middleware =>
    cors({
      origin: [...routes.origins.listed],
      methods,
      allowedHeaders: ['authorization', 'content-type', 'apollo-require-preflight', 'idempotency-key', 'x-request-id'],
      exposedHeaders: ['content-disposition', 'retry-after', 'x-request-id'],
      maxAge: 86_400,
    });
  const allowCalls = allowOrigins('GET', 'POST');
  const allowUploads = allowOrigins('PUT');
  const server = createServer(
    serverOptions,
    observed(routes, (request, response) => {
      serve(request, response).catch((error: unknown) => {
        routes.logger.error({ error }, 'a request failed');
        if (!response.headersSent) respond(response, 500, { message: 'Something went wrong on our side.' });
        else response.destroy();
      });
    }),
  );
  watchAnswers(server, routes.stalledMs);
  // Each of the requests that a client sends without waiting for answers listens to the connection's end.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  // The largest files may take their time, nothing else.
  server.requestTimeout = uploadLimits.wholeMs + 10_000;
  server.headersTimeout = 10_000;
  server.keepAliveTimeout = unusedMs;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    protect(response);
    if (!routes.origins.isOurName(request.headers)) return respond(response, 421, { message: foreignName });
    const target = request.url ?? '/';
    const url = new URL(URL.canParse(target, 'http://gateway') ? target : '/*', 'http://gateway');
    const isUpload = url.pathname.startsWith('/uploads/');
    if (!isUpload) limitBody(request);
    await apply(isUpload ? allowUploads : allowCalls, request, response);
    if (isUpload || url.pathname.startsWith('/files/')) return routes.files(request, response, url);
    if (url.pathname === '/graphql') return serveGraphql(request, response, url);
    if (url.pathname === csvPath) return routes.reports(request, response, url);
    if (url.pathname === '/health/live') return respond(response, 200, { status: 'live' });
    if (url.pathname === '/health/ready') return serveReadiness(response);
    if (url.pathname === '/' && routes.graphiql) {
      response.writeHead(302, { Location: '/graphql' }).end();
      return;
    }
    respond(response, 404, { message: 'There is nothing here. The endpoint is /graphql.' });
  }

  async function serveGraphql(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const isBrowser = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (!isBrowser || !routes.graphiql) return routes.graphql(request, response, url);
    const { html, contentSecurityPolicy } = await routes.graphiql();
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    sendText(response, 200, html);
  }

  async function serveReadiness(response: ServerResponse): Promise<void> {
    const isReady = await routes.isReady().catch((error: unknown) => {
      routes.logger.warn({ error }, 'not ready');
      return false;
    });
    respond(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable' });
  }

  return server;
}

/** Ends a connection whose request does not arrive in time: the server's own limit is made for uploads. */
function limitBody(request: IncomingMessage): void {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return;
  const timer = setTimeout(() => {
    if (!request.complete) request.destroy();
  }, bodyMs);
  request.once('close', () => clearTimeout(timer));
}

/** Runs a middleware of the express kind; one that answers by itself leaves the request to end there. */
const apply = (middleware: Middleware, request: IncomingMessage, response: ServerResponse): Promise<void> =>
  new Promise((resolve, reject) =>
    middleware(request, response, (error) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('a middleware failed', { cause: error }));
    }),
  );
