import type { ApolloServerOptions } from '@apollo/server';
import { execute, type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { isSignedIn } from '../auth/viewer.js';
import type { Replicas } from '../db/replicas/replicas.js';
import { AppError, ErrorCode } from '../errors.js';
import type { Context } from '../graphql/context.js';
import { textsIn } from '../plans/written/json-text.js';
import type { Plans } from '../plans/written/plans.js';
import { asRefusal } from './refuse.js';

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
  const executor: Executor = async (request) => {
    const context = request.context as Context;
    // Nobody known reads anything, nor does whoever names none of the operations: contrary to its type there is none then.
    if (!isSignedIn(context.identity) || !(request.operation as unknown)) return run(schema, request);
    const answer = (): Promise<ExecutionResult> => asPlanned(schema, plans, request);
    if (!replicas) return answer();
    await confirm(context);
    const { id } = context.viewer;
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
  const isQuery = operation.operation === OperationTypeNode.QUERY;
  if (!isQuery) await confirm(context);
  const columns = plans?.columnsFor(document, operation, variables, context);
  if (!plans || !columns) {
    await confirm(context);
    return run(schema, request);
  }
  context.readAs(columns);
  const result = await run(plans.outline, request);
  context.readAs(undefined);
  if (!isQuery) return result;
  const isWrong = result.errors?.some(({ originalError }) => !isAway(originalError));
  if (!isWrong && (await isOfNow(context, result))) return result;
  await confirm(context);
  return run(schema, request);
}

/** Whether an answer was made under the rights that its reader has. */
async function isOfNow(context: Context, { data }: ExecutionResult): Promise<boolean> {
  const { id, accessVersion } = context.viewer;
  const texts = textsIn(data);
  if (texts.length > 0) return texts.every((text) => text.accessVersion === accessVersion);
  // Where there is no row, none tells.
  await confirm(context);
  return context.viewer.id === id && context.viewer.accessVersion === accessVersion;
}

/** Finds out who asks; whoever may not any more is refused as at the door. */
async function confirm(context: Context): Promise<void> {
  try {
    await context.confirm();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Who can't be reached now need not be asked twice. */
const isAway = (error: unknown): boolean => error instanceof AppError && error.code === ErrorCode.SERVICE_UNAVAILABLE;

/** By the name that the client has given: Apollo Server passes on that of the operation which it has found, or none. */
const run = async (
  schema: GraphQLSchema,
  { document, request: { operationName, variables }, context }: Request,
): Promise<ExecutionResult> =>
  execute({ schema, document, operationName, variableValues: variables ?? null, contextValue: context });
