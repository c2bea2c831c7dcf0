import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { GraphQLError } from 'graphql';
import { AppError } from '../errors.js';
import type { Context } from '../graphql/context.js';
import { costIn } from '../graphql/limits.js';
import type { CostBudget } from '../services/cost-budget.js';

const isOfVariables = ({ extensions }: GraphQLError): boolean =>
  extensions['code'] === ApolloServerErrorCode.BAD_USER_INPUT;

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
      // What is not even an operation, or has variables of other types than it says, was read all the same.
      didEncounterErrors: async ({ source, operation, errors, contextValue: { payer } }) => {
        if (source && (!operation || errors.some(isOfVariables))) await budget.fine(payer);
      },
      willSendResponse: ({ contextValue: { cost }, response: { body } }) => {
        if (cost && body.kind === 'single') body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        return Promise.resolve();
      },
    }),
});
