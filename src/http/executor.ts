import type { ApolloServerOptions } from '@apollo/server';
import { execute, type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { isSignedIn } from '../auth/viewer.js';
import type { Replicas } from '../db/replicas/replicas.js';
import { AppError, ErrorCode } from '../errors.js';
import type { Context } from '../graphql/context.js';
import type { Plans } from '../plans/plans.js';

type Gateway = NonNullable<ApolloServerOptions<Context>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type Request = Parameters<Executor>[0];

/** What operations are executed with, and where they read. */
export interface Execution {
  readonly schema: GraphQLSchema;
  /** Absent: resolvers make all answers. */
  readonly plans?: Plans | undefined;
  /** Absent: the primary answers everything. */
  readonly replicas?: Replicas | undefined;
}

/** Has Apollo Server execute operations as the plans say, where each is to read: what it calls a gateway may bring an executor along. */
export function gatewayOf({ schema, plans, replicas }: Execution): Gateway {
  const executor: Executor = (request) => {
    const context = request.context as Context;
    // Nobody known reads anything.
    if (!isSignedIn(context.identity)) return run(schema, request);
    const answer = (): Promise<ExecutionResult> => asPlanned(schema, plans, request);
    if (!replicas) return answer();
    const { id } = context.identity;
    return request.operation.operation === OperationTypeNode.QUERY
      ? replicas.answer(id, answer, () => context.forget())
      : replicas.answerOnPrimary(id, answer);
  };
  return {
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () => Promise.resolve({ executor }),
    stop: () => Promise.resolve(),
  };
}

/** Lets the database write the answer where it can; what is wrong with a query is told by the resolvers in any case. */
async function asPlanned(schema: GraphQLSchema, plans: Plans | undefined, request: Request): Promise<ExecutionResult> {
  const {
    document,
    operation,
    request: { variables = {} },
  } = request;
  const context = request.context as Context;
  const columns = plans?.columnsFor(document, operation, variables, context);
  if (!plans || !columns) return run(schema, request);
  context.readAs(columns);
  const result = await run(plans.outline, request);
  context.readAs(undefined);
  const isWrong = result.errors?.some(({ originalError }) => !isAway(originalError));
  return isWrong && operation.operation === OperationTypeNode.QUERY ? run(schema, request) : result;
}

/** Who can't be reached now need not be asked twice. */
const isAway = (error: unknown): boolean => error instanceof AppError && error.code === ErrorCode.SERVICE_UNAVAILABLE;

const run = async (
  schema: GraphQLSchema,
  { document, operationName, request, context }: Request,
): Promise<ExecutionResult> =>
  execute({ schema, document, operationName, variableValues: request.variables ?? null, contextValue: context });
