import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { AppError, ErrorCode } from '../errors.js';
import { withFewErrors } from '../graphql/few-errors.js';
import { checkVariables, limits, limitsRule } from '../graphql/limits.js';
import type { Context } from '../graphql/context.js';
import type { TrustedDocuments } from '../graphql/documents/trusted-documents.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Viewer } from '../auth/viewer.js';
import type { CostBudget } from '../services/cost-budget.js';
import { payerOf } from '../services/payer.js';
import type { SignIn } from '../services/sign-in.js';
import { countCost } from './count-cost.js';
import { readJson } from './read-body.js';
import { refuse, retryAfter } from './refuse.js';
import type { RouteHandler } from './route.js';

/** What the HTTP door needs. */
export interface GraphqlDoor {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly signIn: SignIn;
  readonly createContext: (viewer: Viewer, acceptLanguage?: string) => Context;
  readonly formatError: ErrorFormatter;
  readonly budget: CostBudget;
  readonly trusted: TrustedDocuments;
}

type KeyValueCache = Exclude<NonNullable<ApolloServerOptions<Context>['persistedQueries']>, false>['cache'] & object;

/** Sets Apollo Server up without leaving anything to NODE_ENV, behind a handler of its own: an adapter costs more than it. */
export async function createGraphqlHandler(
  door: GraphqlDoor,
): Promise<{ handle: RouteHandler; stop: () => Promise<void> }> {
  const apollo = new ApolloServer<Context>({
    schema: door.schema,
    introspection: door.introspection,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !door.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: door.trusted.mode !== 'off' && { cache: cacheOf(door.trusted) },
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [limitsRule],
    validationOptions: { maxErrors: limits.errors },
    formatError: (_formatted, error) => door.formatError(error),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      countCost(door.budget),
      tellWait,
      beBrief,
    ],
  });
  await apollo.start();
  return {
    handle: (request, response, url) => answer(door, apollo, request, response, url),
    stop: () => apollo.stop(),
  };
}

/** Where Apollo Server looks for the texts of hashes. */
function cacheOf(trusted: TrustedDocuments): KeyValueCache {
  const prefix = 'apq:';
  return {
    get: (key) => Promise.resolve(trusted.get(key.slice(prefix.length))),
    set: (key, text) => Promise.resolve(trusted.keep(key.slice(prefix.length), text)),
    delete: () => Promise.resolve(false),
  };
}

/** Says in a header how long to wait. Only a plugin sees the context that resolvers write to: Apollo Server makes a copy. */
const tellWait: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ contextValue: { retryAfterMs }, response }) => {
        if (retryAfterMs) response.http.headers.set('retry-after', retryAfter(retryAfterMs));
        return Promise.resolve();
      },
    }),
};

/** Tells no more of what is wrong with the variables than of what is wrong with a document. */
const beBrief: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (body.kind === 'single') body.singleResult = withFewErrors(body.singleResult);
        return Promise.resolve();
      },
    }),
};

async function answer(
  door: GraphqlDoor,
  apollo: ApolloServer<Context>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  let payer: string | undefined;
  try {
    const viewer = await door.signIn(request.headers.authorization);
    payer = payerOf(viewer, request.socket.remoteAddress);
    await door.budget.admit(payer);
    const body = request.method === 'POST' ? await readJson(request, limits.bodyBytes) : undefined;
    const { query, variables } = (body ?? {}) as { query?: unknown; variables?: unknown };
    for (const text of [query, ...url.searchParams.getAll('query')])
      if (typeof text === 'string') door.trusted.check(text);
    checkVariables(variables);
    const {
      status,
      headers,
      body: answered,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(request), search: url.search, body },
      context: () =>
        Promise.resolve(Object.assign(door.createContext(viewer, request.headers['accept-language']), { payer })),
    });
    if (answered.kind !== 'complete') throw new Error('answers in parts are not supported by graphql 16');
    for (const [name, value] of headers) response.setHeader(name, value);
    response.writeHead(status ?? 200).end(answered.string);
  } catch (error) {
    if (payer && isOfClient(error)) await door.budget.fine(payer);
    refuse(request, response, error, door.formatError);
  }
}

const ofClients: readonly ErrorCode[] = [ErrorCode.VALIDATION_FAILED, ErrorCode.QUERY_TOO_COMPLEX];
const isOfClient = (error: unknown): boolean => error instanceof AppError && ofClients.includes(error.code);

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}
