import { pino, type Logger } from 'pino';

export type { Logger };

/** What of an error is written down; a failed statement also carries its parameters, which are people's own words. */
const errorFields = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
};

/** Writes JSON lines to standard output, without tokens, keys or the parameters of statements. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    serializers: { error: errorFields },
    redact: ['req.headers.authorization', 'connectionParams', 'token'],
  });
