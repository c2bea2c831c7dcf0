import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  ApolloServer,
  type ApolloServerOptions,
  type ApolloServerPlugin,
  type BaseContext,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { invalid, isOfClient } from '../errors.js';
import { tooLong } from '../graphql/answer-size.js';
import { withFewErrors } from '../graphql/few-errors.js';
import { checkVariables, limits, limitsRule } from '../graphql/limits.js';
import type { Context } from '../graphql/context.js';
import type { Gate } from '../graphql/documents/gate.js';
import type { TrustedDocuments } from '../graphql/documents/trusted-documents.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Viewer } from '../auth/viewer.js';
import { FairTurns } from '../fair-turns.js';
import { payerOf } from '../services/payer.js';
import type { Recall } from '../services/sign-in.js';
import { paidBy } from '../telemetry.js';
import { contentTypeOf } from './content-type.js';
import { countCost } from './count-cost.js';
import { nameOperations } from '../doors/observe-requests.js';
import { ended, endOf, isOver } from './end-of-answer.js';
import { type Execution, gatewayOf } from './executor.js';
import { writeJson } from '../plans/written/json-text.js';
import { readJson } from './read-body.js';
import { hangUp, refuse, retryAfter, sendText } from './refuse.js';
import type { RouteHandler } from './route.js';

/** How many requests of one payer are served at a time at this gateway, and how many more wait. */
const turns = { atOnce: 20, waiting: 100 };

/** What the HTTP door needs. */
export interface GraphqlDoor extends Omit<Gate, 'socketLimits'>, Execution {
  readonly introspection: boolean;
  readonly recall: Recall;
  readonly createContext: (viewer: Viewer, acceptLanguage?: string) => Context;
  readonly formatError: ErrorFormatter;
}

type KeyValueCache = Exclude<NonNullable<ApolloServerOptions<Context>['persistedQueries']>, false>['cache'] & object;

/** Sets Apollo Server up without leaving anything to NODE_ENV, behind a handler of its own: an adapter costs more than it. */
export async function createGraphqlHandler(
  door: GraphqlDoor,
): Promise<{ handle: RouteHandler; stop: () => Promise<void> }> {
  const apollo = new ApolloServer<Context>({
    gateway: gatewayOf(door),
    stringifyResult: (result) => `${writeJson(result)}\n`,
    introspection: door.introspection,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !door.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: door.trusted.mode !== 'off' && { cache: cacheOf(door.trusted) },
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [limitsRule(door.maxQueryCost)],
    validationOptions: { maxErrors: limits.errors },
    formatError: (_formatted, error) => door.formatError(error),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      countCost(door.budget),
      tellWait,
      beBrief(door.formatError),
      nameOperations((text) => door.trusted.isGiven(text)),
    ],
  });
  await apollo.start();
  const requests = new FairTurns('requests', turns.atOnce, turns.waiting);
  const handle = mount({ apollo, admit: (request) => admit(door, requests, request), formatError: door.formatError });
  return { handle, stop: () => apollo.stop() };
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

/** Tells no more of what is wrong with the variables than of what is wrong with a document, and of an answer that is too long only that. */
const beBrief = (formatError: ErrorFormatter): ApolloServerPlugin<Context> => ({
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (body.kind !== 'single') return Promise.resolve();
        const { extensions } = body.singleResult;
        const error = tooLong(body.singleResult);
        body.singleResult = error
          ? { data: null, errors: [formatError(error)], ...(extensions && { extensions }) }
          : withFewErrors(body.singleResult);
        return Promise.resolve();
      },
    }),
});

/** Lets one request in. */
interface Admission<C> {
  /** Serves it when its turn has come, before its body is read; fails with the reason of the signal when nobody waits any more. */
  readonly inTurn?: (serve: () => Promise<void>, end: () => AbortSignal) => Promise<void>;
  /** Looks at what was sent before it is parsed; throws for what is refused. */
  readonly check?: (body: unknown, url: URL) => void;
  readonly context: () => Promise<C>;
  /** Hears of what could not be answered. */
  readonly refused?: (error: unknown) => Promise<void>;
}

/** How requests come to an Apollo Server. */
export interface Mount<C extends BaseContext> {
  readonly apollo: ApolloServer<C>;
  /** Lets a request in, or throws, before its body is read. */
  readonly admit: (request: IncomingMessage) => Promise<Admission<C>>;
  readonly formatError: ErrorFormatter;
}

/**
 * Puts an Apollo Server that has been started behind requests of `node:http`. What is said to be no JSON is left to it, unread:
 * it knows which requests pages of other sites could make.
 */
export const mount =
  <C extends BaseContext>({ apollo, admit, formatError }: Mount<C>): RouteHandler =>
  async (request, response, url) => {
    let admission: Admission<C> | undefined;
    const serve = async ({ check, context }: Admission<C>): Promise<void> => {
      const contentType = contentTypeOf(request) ?? '';
      const body = request.method === 'POST' ? await readJson(request, contentType, limits.bodyBytes) : undefined;
      check?.(body, url);
      checkVariables((body as { variables?: unknown } | null | undefined)?.variables);
      const {
        status,
        headers,
        body: answered,
      } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(request), search: url.search, body },
        context,
      });
      if (answered.kind !== 'complete') throw new Error('answers in parts are not supported by graphql 16');
      for (const [name, value] of headers) response.setHeader(name, value);
      if (!request.complete) hangUp(request, response);
      sendText(response, status ?? 200, answered.string);
      await ended(request, response);
    };
    try {
      const admitted = (admission = await admit(request));
      if (admitted.inTurn)
        await admitted.inTurn(
          () => serve(admitted),
          () => endOf(request, response),
        );
      else await serve(admitted);
    } catch (error) {
      if (isOver(error)) return;
      await admission?.refused?.(error);
      refuse(request, response, error, formatError);
    }
  };

/** Lets callers in who have something left, and only texts that may run. */
async function admit(door: GraphqlDoor, requests: FairTurns, request: IncomingMessage): Promise<Admission<Context>> {
  const { headers } = request;
  const { viewer, confirm } = await door.recall(headers.authorization);
  const payer = payerOf(viewer, door.addressOf(request));
  paidBy(payer);
  await door.budget.admit(payer);
  const requestKey = requestKeyOf(headers);
  return {
    inTurn: (serve, end) => requests.use(payer, serve, end),
    check: (body, { searchParams }) => {
      const { query, extensions } = (body ?? {}) as { query?: unknown; extensions?: unknown };
      door.trusted.check(query, extensions);
      const asked = parsed(searchParams.get('extensions'));
      for (const text of [null, ...searchParams.getAll('query')]) door.trusted.check(text, asked);
    },
    context: () =>
      Promise.resolve(
        Object.assign(door.createContext(viewer, headers['accept-language']), {
          payer,
          requestKey,
          confirmation: confirm,
        }),
      ),
    refused: async (error) => {
      if (isOfClient(error)) await door.budget.fine(payer);
    },
  };
}

/** What a client, or a proxy that may send a request again, calls it; a text in quotes is the same without them. */
function requestKeyOf({ 'idempotency-key': given }: IncomingHttpHeaders): string | undefined {
  if (given === undefined) return undefined;
  const [, key] = /^("?)([!#-~]{1,128})\1$/.exec(String(given))?.slice(1) ?? [];
  if (key === undefined) {
    throw invalid(
      [],
      'idempotencyKey',
      'The header `Idempotency-Key` has 1..128 visible ASCII characters, without quotes.',
    );
  }
  return key;
}

/** What stands in an address as JSON; undefined for what is none, which Apollo Server refuses, as it does what is given twice. */
function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}
