import { isNamedNumbers, isOrigin, isProxies, isStorage, isUrl, listIn, namedNumbers } from './forms.js';

/** Variables as they are set; an empty one is as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A language that letters are written in. */
export type MailLocale = 'en' | 'ru';

/** How often a customer may do what within a minute unless it is set. */
const defaultRateLimits = { tickets: 2, comments: 60, uploads: 20 };

/** Something that customers may do a limited number of times a minute. */
export type BucketName = keyof typeof defaultRateLimits;

/** How often they may. */
export type RateLimits = Readonly<Record<BucketName, number>>;

/** How many sockets somebody may hold at a time unless it is set. */
const defaultSocketLimits = { customer: 100, staff: 1_000 };

/** How many sockets a customer may hold at a time, and how many a member of staff. */
export type SocketLimits = Readonly<typeof defaultSocketLimits>;

/** Points that the dearest operation costs, fifty of which somebody may run a minute unless it is set. */
const dearest = 50_000;

/** Whether documents are known by their hash: none, those that were given and those that clients sent, or only those given. */
export type TrustedDocumentsMode = 'off' | 'on' | 'only';

/** Everything that can be set from outside. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded engine in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  /** Where the bytes of files are; absent: a folder in `dataDir`. */
  readonly storageUrl?: string;
  /** Absent: demo mode, with a key made for the data folder. */
  readonly tokenKey?: { readonly secret: string } | { readonly jwksUrl: string };
  readonly tokenIssuer?: string;
  readonly tokenAudience?: string;
  readonly corsOrigins: readonly string[];
  /** Origin of all links; absent: the address that is listened on. */
  readonly publicUrl?: string;
  /** Addresses and networks of proxies that are believed when they say for whom they ask. */
  readonly trustedProxies: readonly string[];
  readonly introspection: boolean;
  readonly ticketPrefix: string;
  /** Whether public comments move the status of their ticket. */
  readonly autoStatus: boolean;
  /** Absent: letters become files in `dataDir`. */
  readonly smtpUrl?: string;
  /** Whom letters come from. */
  readonly mailFrom: string;
  readonly mailLocale: MailLocale;
  /** How long comments are gathered before members who are away are told of them; null: they are not told. */
  readonly mailDigestSeconds: number | null;
  /** How long events stay in the log of conversations, in days; null: for ever. */
  readonly logRetentionDays: number | null;
  /** Null: nothing is limited. */
  readonly rateLimits: RateLimits | null;
  /** Points that the operations of one caller may cost within a minute; null: as many as they want. */
  readonly costPerMinute: number | null;
  /** Null: as many as they want. */
  readonly socketLimits: SocketLimits | null;
  readonly trustedDocuments: TrustedDocumentsMode;
  /** A manifest of documents, or a folder of them. */
  readonly trustedDocumentsFile?: string;
  readonly logLevel: string;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics?: { readonly port: number; readonly host: string };
  /** Where traces are sent to; absent: there are none. */
  readonly traceEndpoint?: string;
}

/** Something is wrong with the variables; each problem names one and says what it should be. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const mailLocales = ['en', 'ru'];
const mailboxes = /^(?:[^\p{Cc}"<>@,;:]+ <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u;
const longestDigestSeconds = 86_400;
const longestRetentionDays = 36_500;
const loopback = ['127.0.0.1', '::1', 'localhost'];

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

const rules = {
  PORT: port,
  HOST: free,
  DATABASE_URL: {
    form: 'postgres://user:password@host:5432/database',
    holds: (text) => isUrl(text, ['postgres:', 'postgresql:']),
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
  COST_PER_MINUTE: {
    form: `a whole number of ${dearest} or more, or off`,
    holds: (text) => text === 'off' || (/^[1-9]\d{4,8}$/.test(text) && Number(text) >= dearest),
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

type VariableName = keyof typeof rules;

/** Every variable that is read, for whoever documents them. */
export const variableNames = Object.keys(rules) as readonly VariableName[];

/** Reads the configuration; reports all problems at once as a ConfigError. */
export function loadConfig(environment: Environment): Config {
  const variables: Partial<Record<VariableName, string>> = {};
  const problems: string[] = [];
  for (const name of variableNames) {
    const text = environment[name];
    if (!text) continue;
    variables[name] = text;
    if (!rules[name].holds(text)) problems.push(`${name}: ${rules[name].form}`);
  }
  const { JWT_SECRET: secret, JWKS_URL: jwksUrl } = variables;
  if (secret && jwksUrl) problems.push('JWT_SECRET and JWKS_URL: set one of them, not both');
  const isDemo = !secret && !jwksUrl;
  const host = variables.HOST ?? (isDemo ? '127.0.0.1' : '0.0.0.0');
  if (isDemo && !loopback.includes(host)) {
    problems.push('HOST: without JWT_SECRET or JWKS_URL the gateway is a demo and listens on 127.0.0.1 alone');
  }
  const { TRUSTED_DOCUMENTS: trusted = 'on', TRUSTED_DOCUMENTS_FILE: file } = variables;
  if (trusted === 'only' && !file) problems.push('TRUSTED_DOCUMENTS_FILE: what TRUSTED_DOCUMENTS=only lets in');
  if (trusted === 'only' && variables.INTROSPECTION === 'on') {
    problems.push('INTROSPECTION: has to be off where TRUSTED_DOCUMENTS=only refuses what tools ask');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    port: Number(variables.PORT ?? 4000),
    host,
    dataDir: variables.DATA_DIR ?? './data',
    corsOrigins: listIn(variables.CORS_ORIGINS),
    trustedProxies: listIn(variables.TRUSTED_PROXIES),
    introspection: variables.INTROSPECTION ? variables.INTROSPECTION === 'on' : isDemo && trusted !== 'only',
    ticketPrefix: variables.TICKET_PREFIX ?? 'INC',
    autoStatus: variables.AUTO_STATUS !== 'off',
    mailFrom: variables.MAIL_FROM ?? `Support <support@${hostOf(variables.PUBLIC_URL)}>`,
    mailLocale: (variables.MAIL_LOCALE ?? 'en') as MailLocale,
    mailDigestSeconds: digestSeconds(variables.MAIL_DIGEST_SECONDS),
    logRetentionDays: retentionDays(variables.LOG_RETENTION),
    rateLimits: namedNumbers(variables.RATE_LIMITS, defaultRateLimits),
    costPerMinute: costPerMinute(variables.COST_PER_MINUTE),
    socketLimits: namedNumbers(variables.MAX_SOCKETS_PER_USER, defaultSocketLimits),
    trustedDocuments: trusted as TrustedDocumentsMode,
    logLevel: variables.LOG_LEVEL ?? (isDemo ? 'warn' : 'info'),
    ...(variables.DATABASE_URL && { databaseUrl: variables.DATABASE_URL }),
    ...(variables.STORAGE_URL && { storageUrl: variables.STORAGE_URL }),
    ...(secret && { tokenKey: { secret } }),
    ...(jwksUrl && { tokenKey: { jwksUrl } }),
    ...(variables.PUBLIC_URL && { publicUrl: variables.PUBLIC_URL }),
    ...(variables.SMTP_URL && { smtpUrl: variables.SMTP_URL }),
    ...(variables.JWT_ISSUER && { tokenIssuer: variables.JWT_ISSUER }),
    ...(file && { trustedDocumentsFile: file }),
    ...(variables.JWT_AUDIENCE && { tokenAudience: variables.JWT_AUDIENCE }),
    ...(variables.METRICS_PORT && {
      metrics: { port: Number(variables.METRICS_PORT), host: variables.METRICS_HOST ?? '127.0.0.1' },
    }),
    ...(variables.OTEL_EXPORTER_OTLP_ENDPOINT && { traceEndpoint: variables.OTEL_EXPORTER_OTLP_ENDPOINT }),
  });
}

const hostOf = (url: string | undefined): string => (url ? new URL(url).hostname : 'localhost');

const digestSeconds = (text = '120'): number | null => (text === 'off' || Number(text) === 0 ? null : Number(text));

const retentionDays = (text = 'off'): number | null => (text === 'off' ? null : Number(text));

const costPerMinute = (text = `${50 * dearest}`): number | null => (text === 'off' ? null : Number(text));
