import { type DestinationStream, pino, type Logger } from 'pino';
import { currentScope } from './telemetry.js';

export type { Logger };

const secrets: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]+\.[\w.-]*/g, '<token>'],
  [/\b(Bearer|Basic)\s+\S+/gi, '$1 <token>'],
  [/:\/\/[^\s/@]+@/g, '://<credentials>@'],
  [/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '<address>'],
];

/** Other programs quote what they were given in what they say: PostgreSQL a wrong value, a mail server an address. */
function withoutSecrets(text: string, code: unknown): string {
  // Class 22 of PostgreSQL: something is wrong with the data.
  const bare = typeof code === 'string' && /^22\w{3}$/.test(code) ? text.replace(/"[^"\n]*"/g, '"…"') : text;
  return secrets.reduce((left, [pattern, name]) => left.replace(pattern, name), bare);
}

/** What of an error is written down; a failed statement also carries its parameters, which are people's own words. */
const errorFields = (error: unknown): unknown => {
  if (!(error instanceof Error)) return typeof error === 'string' ? withoutSecrets(error, undefined) : typeof error;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    name,
    message: withoutSecrets(message, code),
    stack: stack === undefined ? stack : withoutSecrets(stack, code),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
};

/** What every line tells of the request or the job that it is about. */
function scopeFields(): object {
  const { requestId, job } = currentScope() ?? {};
  return { ...(requestId !== undefined && { requestId }), ...(job !== undefined && { job }) };
}

/** Writes JSON lines, to standard output unless told otherwise, without tokens, keys or the parameters of statements. */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      mixin: scopeFields,
      serializers: { error: errorFields },
      redact: ['req.headers.authorization', 'connectionParams', 'token'],
    },
    destination,
  );
