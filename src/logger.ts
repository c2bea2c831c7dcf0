import { type DestinationStream, pino, type Logger } from 'pino';
import { currentScope } from './telemetry.js';

export type { Logger };

/** Characters of a message, and of a stack, that are written down: clients' words may stand in them at any length. */
const longest = { message: 2_000, stack: 8_000 };

type Redaction = readonly [pattern: RegExp, name: string | ((found: string) => string)];

const secrets: readonly Redaction[] = [
  [/\beyJ[\w-]+\.[\w.-]*/g, '<token>'],
  [/\b(Bearer|Basic)\s+\S+/gi, '$1 <token>'],
  [/:\/\/[^\s/@]+@/g, '://<credentials>@'],
  // Whole words, looked into one by one: a pattern with the sign in its middle would begin anew at every letter.
  [/[^\s<>"'(),;:]+/g, (word) => (/.@./.test(word) ? '<address>' : word)],
];

/** Other programs quote what they were given in what they say: PostgreSQL a wrong value, a mail server an address. */
function withoutSecrets(text: string, code: unknown): string {
  // Class 22 of PostgreSQL: something is wrong with the data.
  const isAboutData = typeof code === 'string' && /^22\w{3}$/.test(code);
  const bare = isAboutData ? text.replace(/"[^"\n]*(?:"|$)/g, '"…"') : text;
  return secrets.reduce((left, [pattern, name]) => left.replace(pattern, name as string), bare);
}

/** The beginning of a text, up to a blank: of what is cut off in its middle nobody could tell any more that it is a secret. */
function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length + 1);
  return `${start.slice(0, Math.max(start.lastIndexOf(' '), start.lastIndexOf('\n'), 0))} …`;
}

/** What of an error is written down; a failed statement also carries its parameters, which are people's own words. */
const errorFields = (error: unknown): unknown => {
  if (typeof error === 'string') return withoutSecrets(beginningOf(error, longest.message), undefined);
  if (!(error instanceof Error)) return typeof error;
  const { name, stack, cause } = error;
  const { code } = error as { code?: unknown };
  const message = withoutSecrets(beginningOf(error.message, longest.message), code);
  return {
    name,
    message,
    // It begins with the message, which would take the place of what called what, and whose quotes may end beyond the cut.
    stack:
      stack &&
      withoutSecrets(
        beginningOf(
          stack.replace(error.message, () => message),
          longest.stack,
        ),
        code,
      ),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
};

/** What every line tells of the request or the job that it is about. */
function scopeFields(): object {
  const { requestId, job } = currentScope() ?? {};
  return { ...(requestId !== undefined && { requestId }), ...(job !== undefined && { job }) };
}

/** How many characters of lines are written at once, and how long a line may wait for others, in milliseconds; a warning does not. */
const together = { characters: 4_096, ms: 100 };

/** Standard output: a write for each line would cost a busy gateway more than all else that it does for its log. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: true });
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') output.write(lines);
    lines = '';
  };
  process.once('exit', flush);
  const destination = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write: (line: string): void => {
      lines += line;
      const isUrgent = destination.lastLevel >= (pino.levels.values['warn'] ?? 0);
      if (isUrgent || lines.length >= together.characters) flush();
      else timer ??= setTimeout(flush, together.ms).unref();
    },
  };
  return destination;
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
    destination ?? standardOutput(),
  );
