import { execute, type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { ApolloServerOptions } from '@apollo/server';
import { isSignedIn } from '../auth/viewer.js';
import type { Replicas } from '../db/replicas/replicas.js';
import type { Context } from '../graphql/context.js';

type Gateway = NonNullable<ApolloServerOptions<Context>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;

/** Has Apollo Server execute a schema where each operation is to read: what it calls a gateway may bring an executor along. */
export function answeringFrom(replicas: Replicas, schema: GraphQLSchema): Gateway {
  const executor: Executor = ({ document, operation, operationName, request, context }) => {
    const contextValue = context as Context;
    const run = async (): Promise<ExecutionResult> =>
      execute({ schema, document, operationName, variableValues: request.variables ?? null, contextValue });
    // Nobody known reads anything.
    if (!isSignedIn(contextValue.identity)) return run();
    const { id } = contextValue.identity;
    return operation.operation === OperationTypeNode.QUERY
      ? replicas.answer(id, run, () => contextValue.forget())
      : replicas.answerOnPrimary(id, run);
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
