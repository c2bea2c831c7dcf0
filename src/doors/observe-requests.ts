import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServerPlugin } from '@apollo/server';
import { Kind } from 'graphql';
import type { Context } from '../graphql/context.js';
import { ErrorCode } from '../errors.js';
import type { Logger } from '../logger.js';
import { currentScope, type Outcome, requestIdOf, type Scope, type Telemetry, within } from '../telemetry.js';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** Who hears of requests. */
export interface Observers {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

const routes = ['graphql', 'uploads', 'files', 'reports', 'health'];
const routeOf = ({ url = '' }: IncomingMessage): string => {
  const [, first = ''] = /^\/([a-z]+)\b/.exec(url) ?? [];
  return routes.includes(first) ? first : 'other';
};

/** Begins to watch a request; the answer hears how it ended, and whether all of that was sent. */
function watched({ logger, telemetry }: Observers, request: IncomingMessage) {
  const begin = performance.now();
  const requestId = requestIdOf(request);
  const route = routeOf(request);
  const { method = '', headers } = request;
  const { traceparent } = headers;
  const span = telemetry.trace(`${method} /${route}`, typeof traceparent === 'string' ? traceparent : undefined);
  const scope: Scope = { requestId, statements: 0, span };
  const ended = (status: number, isWhole: boolean): void => {
    const outcome = isWhole ? (scope.outcome ?? outcomeOf(status)) : 'cut';
    const served = { ...scope, route, outcome, ms: Math.round((performance.now() - begin) * 100) / 100 };
    telemetry.served(served);
    span?.end({ 'http.response.status_code': status, 'request.id': requestId, outcome });
    const { span: _span, payer: _payer, ...fields } = served;
    // Probes come every few seconds, and tell nothing.
    logger[route === 'health' ? 'debug' : 'info']({ ...fields, method, status }, 'served');
  };
  return { requestId, scope, ended };
}

/** Gives every request an id and, once it is served, tells of it: to the log, to the metrics and to the trace. */
export const observed =
  (observers: Observers, serve: Serve): Serve =>
  (request, response) => {
    const { requestId, scope, ended } = watched(observers, request);
    response.setHeader('X-Request-Id', requestId);
    response.once('close', () => ended(response.statusCode, response.writableFinished));
    within(scope, () => serve(request, response));
  };

/** The same for a request that becomes a socket: it is told of when the answer is called. */
export const observedUpgrade = (observers: Observers, request: IncomingMessage): (() => void) => {
  const { ended } = watched(observers, request);
  return () => ended(101, true);
};

function outcomeOf(status: number): Outcome {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'fault';
}

const ourFaults: readonly unknown[] = [ErrorCode.INTERNAL, ErrorCode.SERVICE_UNAVAILABLE];

/**
 * Has the request know what is asked for, and what came of it: the status of an answer does not tell. The names of operations
 * are of use where their documents are known; anybody can make up others.
 */
export const nameOperations = (isKnown: (document: string) => boolean): ApolloServerPlugin<Context> => ({
  requestDidStart: () => {
    const scope = currentScope();
    if (!scope) return Promise.resolve();
    const { span: outer } = scope;
    return Promise.resolve({
      didResolveOperation: ({ operation, operationName, source }) => {
        const first = operation?.selectionSet.selections[0];
        scope.field = first?.kind === Kind.FIELD ? first.name.value : 'fragment';
        scope.operation = operationName !== null && isKnown(source) ? operationName : 'other';
        scope.span = outer?.child(`${operation?.operation} ${scope.field}`);
        return Promise.resolve();
      },
      willSendResponse: ({ response: { body } }) => {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        const codes = errors?.map(({ extensions }) => extensions?.['code']);
        if (codes) scope.outcome = codes.some((code) => ourFaults.includes(code)) ? 'fault' : 'refused';
        if (scope.span !== outer) scope.span?.end({ errors: codes?.join() });
        scope.span = outer;
        return Promise.resolve();
      },
    });
  },
});
