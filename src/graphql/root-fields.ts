import { createHash } from 'node:crypto';
import type { GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { SignedInViewer } from '../auth/viewer.js';
import type { BucketName } from '../config.js';
import type { Once } from '../db/unit-of-work.js';
import { AppError, ErrorCode } from '../errors.js';
import { prefetch } from '../plans/ahead/prefetch.js';
import type { Quotas } from '../services/quotas.js';
import type { Context } from './context.js';
import type { Outcome } from './shared/payload.js';
import { selects } from './shared/selects.js';
import type { UserErrorData } from './shared/user-error.type.js';

type Arguments = Readonly<Record<string, unknown>>;

/** What customers may do a limited number of times a minute. */
const buckets: Readonly<Partial<Record<string, BucketName>>> = {
  createTicket: 'tickets',
  addComment: 'comments',
  reopenTicket: 'comments',
  createUpload: 'uploads',
};

/**
 * Puts on every root field what none may lack: a query, mutation or subscription needs a signed-in viewer; a mutation is
 * known by its idempotency key, is counted, answers an expected error as data where `userErrors` is selected, and is followed
 * by fresh reads. `onFault` hears of the errors that are answered as data although something is out of order.
 */
export function guardRootFields(
  schema: GraphQLSchema,
  quotas: Quotas,
  onFault: (error: AppError) => void,
): GraphQLSchema {
  guardQueries(schema.getQueryType());
  guardSubscriptions(schema.getSubscriptionType());
  guardMutations(schema.getMutationType(), quotas, onFault);
  return schema;
}

function guardQueries(type: GraphQLObjectType<unknown, Context> | null | undefined): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    const { resolve } = field;
    field.resolve = async (root, args, context, info) => {
      requireViewer(context);
      const answer: unknown = await resolve?.(root, args, context, info);
      if (!context.isWritten) await prefetch(() => context.reader, info, answer);
      return answer;
    };
  }
}

function guardSubscriptions(type: GraphQLObjectType<unknown, Context> | null | undefined): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    const { resolve, subscribe } = field;
    field.resolve = (event, args, context, info) => {
      requireViewer(context);
      if (event === undefined) throw onlyOverSocket();
      return resolve?.(event, args, context, info);
    };
    field.subscribe = (root, args, context, info) => {
      requireViewer(context);
      return subscribe?.(root, args, context, info);
    };
  }
}

function guardMutations(
  type: GraphQLObjectType<unknown, Context> | null | undefined,
  quotas: Quotas,
  onFault: (error: AppError) => void,
): void {
  for (const field of Object.values(type?.getFields() ?? {})) {
    const { resolve } = field;
    field.resolve = async (root, args: Arguments, context, info) => {
      const viewer = requireViewer(context);
      const once = onceOf(context, info, args['input']);
      context.call = { viewer, once };
      try {
        const run = async (): Promise<unknown> => await resolve?.(root, args, context, info);
        const wasDone = (): Promise<boolean> => context.wasDone(once);
        return await quotas.spend(viewer, buckets[info.fieldName], run, { isDone, wasDone });
      } catch (error) {
        if (error instanceof AppError) noteRefusal(context, error);
        if (!(error instanceof AppError) || !selects(info, 'userErrors')) throw error;
        // As data it passes by the place where faults are written down.
        if (error.cause) onFault(error);
        return { userErrors: [asData(error)], replayed: false };
      } finally {
        context.forget();
      }
    };
  }
}

/** Whether a mutation was carried out by this very call. */
function isDone(outcome: unknown): boolean {
  const { replayed, userErrors } = outcome as Pick<Outcome, 'replayed' | 'userErrors'>;
  return !replayed && !userErrors?.length;
}

/** What the longest wait of an operation is goes into a header of its answer. */
function noteRefusal(context: Context, { details: { retryAfterMs = 0 } }: AppError): void {
  if (retryAfterMs > (context.retryAfterMs ?? 0)) context.retryAfterMs = retryAfterMs;
}

/** An error as a value: the executor throws whatever is an Error itself. */
const asData = ({ code, message, argument, details }: AppError): UserErrorData => ({
  code,
  message,
  path: argument,
  details,
});

const onlyOverSocket = (): AppError =>
  new AppError(
    ErrorCode.VALIDATION_FAILED,
    'Subscriptions run over the WebSocket: connect to the same address with graphql-ws.',
  );

const requireViewer = (context: Context): SignedInViewer => context.viewer;

function onceOf({ viewer, requestKey }: Context, { fieldName, path }: GraphQLResolveInfo, input: unknown): Once {
  const { idempotencyKey, ...rest } = (input ?? {}) as Record<string, unknown>;
  const fingerprint = createHash('sha256').update(canonical(rest)).digest('base64url');
  return {
    actorId: viewer.id,
    mutation: fieldName,
    key: typeof idempotencyKey === 'string' ? idempotencyKey.trim() : keyOfField(requestKey, path.key),
    fingerprint,
  };
}

/** One request may carry out the same mutation several times, each under a name of its own. */
const keyOfField = (requestKey: string | undefined, name: string | number): string | null =>
  requestKey === undefined ? null : `request ${requestKey} ${name}`;

/** The same text for equal inputs, whatever the order of their fields. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
