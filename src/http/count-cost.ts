import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { AppError } from '../errors.js';
import type { Context } from '../graphql/context.js';
import { costIn } from '../graphql/limits.js';
import type { CostBudget } from '../services/cost-budget.js';

/** Takes from the budget what operations cost before they run, and says in the answer what is left of it. */
export const countCost = (budget: CostBudget): ApolloServerPlugin<Context> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: async ({ document, operation, contextValue: context }) => {
        try {
          if (operation) context.cost = await budget.spend(context.payer, costIn(document, operation));
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          context.retryAfterMs = error.details.retryAfterMs;
          throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 429 } } });
        }
      },
      // A text that is not even an operation was read all the same.
      didEncounterErrors: async ({ source, operation, contextValue: { payer } }) => {
        if (source && !operation) await budget.fine(payer);
      },
      willSendResponse: ({ contextValue: { cost }, response: { body } }) => {
        if (cost && body.kind === 'single') body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        return Promise.resolve();
      },
    }),
});
