import { isNamedNumbers, isOrigin, isProxies, isRedis, isStorage, isUrl, listIn } from './forms.js';

/** How often a customer may do what within a minute unless it is set. */
export const defaultRateLimits = { tickets: 2, comments: 60, uploads: 20 };

/** How many sockets somebody may hold at a time unless it is set. */
export const defaultSocketLimits = { customer: 100, staff: 1_000 };

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const mailLocales = ['en', 'ru'];
const mailboxes = /^(?:[^\p{Cc}"<>@,;:]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u;
const longestDigestSeconds = 86_400;
const longestRetentionDays = 36_500;

interface Rule {
  readonly form: string;
  readonly holds: (text: string) => boolean;
}

const port: Rule = {
  form: 'a whole number, 0..65535',
  holds: (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
};
const onOrOff: Rule = { form: 'on or off', holds: (text) => text === 'on' || text === 'off' };
const free: Rule = { form: 'any text', holds: () => true };

/** The form of each variable that is read. */
export const rules = {
  PORT: port,
  HOST: free,
  DATABASE_URL: {
    form: 'postgres://user:password@host:5432/database',
    holds: (text) => isUrl(text, ['postgres:', 'postgresql:']),
  },
  DATABASE_POOLER: { form: 'transaction or session', holds: (text) => ['transaction', 'session'].includes(text) },
  REDIS_URL: { form: 'redis://user:password@host:6379 or rediss://…', holds: isRedis },
  DATABASE_REPLICA_URLS: {
    form: 'postgres://user:password@host:5432/database, several with commas between them',
    holds: (text) => listIn(text).every((url) => isUrl(url, ['postgres:', 'postgresql:'])),
  },
  DATA_DIR: free,
  STORAGE_URL: {
    form: 'file:///var/lib/gateway/files or s3://bucket?region=eu-central-1&endpoint=https://s3.example.com',
    holds: isStorage,
  },
  JWT_SECRET: { form: 'at least 32 characters', holds: (text) => text.length >= 32 },
  JWKS_URL: { form: 'https://…', holds: (text) => isUrl(text, ['http:', 'https:']) },
  JWT_ISSUER: free,
  JWT_AUDIENCE: free,
  CORS_ORIGINS: {
    form: 'origins with commas between them, such as https://support.example.com',
    holds: (text) => listIn(text).every(isOrigin),
  },
  PUBLIC_URL: { form: 'an origin without a path, such as https://support.example.com', holds: isOrigin },
  TRUSTED_PROXIES: {
    form: 'addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8',
    holds: isProxies,
  },
  INTROSPECTION: onOrOff,
  TICKET_PREFIX: { form: 'three capital letters, such as INC', holds: (text) => /^[A-Z]{3}$/.test(text) },
  AUTO_STATUS: onOrOff,
  SMTP_URL: {
    form: 'smtp://user:password@host:587 or smtps://user:password@host:465',
    holds: (text) => isUrl(text, ['smtp:', 'smtps:']) && new URL(text).hostname !== '',
  },
  MAIL_FROM: {
    form: 'an address, such as Support <support@example.com>',
    holds: (text) => text.length <= 254 && mailboxes.test(text),
  },
  MAIL_LOCALE: { form: `one of ${mailLocales.join(', ')}`, holds: (text) => mailLocales.includes(text) },
  MAIL_DIGEST_SECONDS: {
    form: `a whole number, 0..${longestDigestSeconds}, or off`,
    holds: (text) => text === 'off' || (/^\d{1,5}$/.test(text) && Number(text) <= longestDigestSeconds),
  },
  LOG_RETENTION: {
    form: `a number of days, 1..${longestRetentionDays}, or off`,
    holds: (text) => text === 'off' || (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= longestRetentionDays),
  },
  RATE_LIMITS: {
    form: 'off, or numbers of 1 or more, such as tickets=2,comments=60,uploads=20',
    holds: (text) => text === 'off' || isNamedNumbers(text, defaultRateLimits),
  },
  MAX_QUERY_COST: {
    form: 'a whole number, 1000..1000000',
    holds: (text) => /^[1-9]\d{3,6}$/.test(text) && Number(text) <= 1_000_000,
  },
  COST_PER_MINUTE: {
    form: 'a whole number of at least MAX_QUERY_COST and at most 999999999, or off',
    holds: (text) => text === 'off' || /^[1-9]\d{0,8}$/.test(text),
  },
  MAX_SOCKETS_PER_USER: {
    form: 'off, or numbers of 1 or more, such as customer=100,staff=1000',
    holds: (text) => text === 'off' || isNamedNumbers(text, defaultSocketLimits),
  },
  TRUSTED_DOCUMENTS: { form: 'off, on or only', holds: (text) => ['off', 'on', 'only'].includes(text) },
  TRUSTED_DOCUMENTS_FILE: free,
  LOG_LEVEL: { form: `one of ${logLevels.join(', ')}`, holds: (text) => logLevels.includes(text) },
  METRICS_PORT: port,
  METRICS_HOST: free,
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    form: 'http://collector:4318',
    holds: (text) => isUrl(text, ['http:', 'https:']),
  },
} satisfies Record<string, Rule>;

/** The name of one. */
export type VariableName = keyof typeof rules;

/** Every variable that is read, for whoever documents them. */
export const variableNames = Object.keys(rules) as readonly VariableName[];
