import { pino, type Logger } from 'pino';

export type { Logger };

/** Writes JSON lines to standard output; tokens and keys are never among them. */
export const createLogger = (level: string): Logger =>
  pino({ level, redact: ['req.headers.authorization', 'connectionParams', 'token'] });
