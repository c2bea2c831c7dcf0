import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { AppError, ErrorCode, invalid } from '../errors.js';
import { checkVariables, limits, limitsRule } from '../graphql/limits.js';
import type { Context } from '../graphql/context.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Viewer } from '../auth/viewer.js';
import type { SignIn } from '../services/sign-in.js';
import { BadBody, readJson } from './read-body.js';

/** What the HTTP door needs. */
export interface GraphqlDoor {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly signIn: SignIn;
  readonly createContext: (viewer: Viewer, acceptLanguage?: string) => Context;
  readonly formatError: ErrorFormatter;
}

/** Answers GraphQL over HTTP. */
export type GraphqlHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Sets Apollo Server up without leaving anything to NODE_ENV, behind a handler of its own: an adapter costs more than it. */
export async function createGraphqlHandler(
  door: GraphqlDoor,
): Promise<{ handle: GraphqlHandler; stop: () => Promise<void> }> {
  const apollo = new ApolloServer<Context>({
    schema: door.schema,
    introspection: door.introspection,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !door.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [limitsRule],
    validationOptions: { maxErrors: limits.errors },
    formatError: (_formatted, error) => door.formatError(error),
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
  });
  await apollo.start();
  return {
    handle: (request, response, url) => answer(door, apollo, request, response, url),
    stop: () => apollo.stop(),
  };
}

async function answer(
  door: GraphqlDoor,
  apollo: ApolloServer<Context>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const viewer = await door.signIn(request.headers.authorization);
    const body = request.method === 'POST' ? await readJson(request, limits.bodyBytes) : undefined;
    checkVariables((body as { variables?: unknown } | null | undefined)?.variables);
    const {
      status,
      headers,
      body: answered,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(request), search: url.search, body },
      context: () => Promise.resolve(door.createContext(viewer, request.headers['accept-language'])),
    });
    if (answered.kind !== 'complete') throw new Error('answers in parts are not supported by graphql 16');
    for (const [name, value] of headers) response.setHeader(name, value);
    response.writeHead(status ?? 200).end(answered.string);
  } catch (error) {
    refuse(request, response, error, door.formatError);
  }
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

const statusOf: Partial<Record<string, number>> = {
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.SERVICE_UNAVAILABLE]: 503,
};

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, formatError: ErrorFormatter): void {
  const isBadBody = error instanceof BadBody;
  const formatted = formatError(isBadBody ? invalid([], 'body', error.message) : error);
  const status = isBadBody ? error.status : error instanceof AppError ? (statusOf[error.code] ?? 400) : 500;
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  // The rest of a body that was not read would be taken for the next request of the connection.
  if (!request.complete) response.setHeader('Connection', 'close');
  respond(response, status, { errors: [formatted] });
}

/** Sends a JSON text. */
export function respond(
  response: ServerResponse,
  status: number,
  body: { errors: GraphQLFormattedError[] } | object,
): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`);
}
