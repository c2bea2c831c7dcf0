import { namedNumbers, listIn } from './forms.js';
import { defaultRateLimits, defaultSocketLimits, rules, type VariableName, variableNames } from './variables.js';

/** Variables as they are set; an empty one is as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A language that letters are written in. */
export type MailLocale = 'en' | 'ru';

/** Something that customers may do a limited number of times a minute. */
export type BucketName = keyof typeof defaultRateLimits;

/** How often they may. */
export type RateLimits = Readonly<Record<BucketName, number>>;

/** How many sockets a customer may hold at a time, and how many a member of staff. */
export type SocketLimits = Readonly<typeof defaultSocketLimits>;

/** Points that the dearest operation may cost unless it is set, and how many such ones somebody may run a minute. */
const defaultQueryCost = 50_000;
const dearestAMinute = 50;

/** Whether documents are known by their hash: none, those that were given and those that clients sent, or only those given. */
export type TrustedDocumentsMode = 'off' | 'on' | 'only';

/** Everything that can be set from outside. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded engine in `dataDir`. */
  readonly databaseUrl?: string;
  /** Whether a pooler gives the server's connections to somebody else after every transaction. */
  readonly isPooled: boolean;
  /** What gateways on one database have in common; absent: they have only that. */
  readonly redisUrl?: string;
  /** Where queries may be answered, too. */
  readonly replicaUrls: readonly string[];
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
  /** Points that one operation may cost. */
  readonly maxQueryCost: number;
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

const loopback = ['127.0.0.1', '::1', 'localhost'];

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
  const isPooled = variables.DATABASE_POOLER === 'transaction';
  if (isPooled && !(variables.DATABASE_URL && variables.REDIS_URL)) {
    problems.push('DATABASE_POOLER: transaction takes a DATABASE_URL, and a REDIS_URL for want of LISTEN');
  }
  if (variables.DATABASE_REPLICA_URLS && !variables.DATABASE_URL) {
    problems.push('DATABASE_REPLICA_URLS: set DATABASE_URL, too: they follow it');
  }
  const { TRUSTED_DOCUMENTS: trusted = 'on', TRUSTED_DOCUMENTS_FILE: file } = variables;
  if (trusted === 'only' && !file) problems.push('TRUSTED_DOCUMENTS_FILE: what TRUSTED_DOCUMENTS=only lets in');
  if (trusted === 'only' && variables.INTROSPECTION === 'on') {
    problems.push('INTROSPECTION: has to be off where TRUSTED_DOCUMENTS=only refuses what tools ask');
  }
  const maxQueryCost = Number(variables.MAX_QUERY_COST ?? defaultQueryCost);
  const { COST_PER_MINUTE: budget = `${dearestAMinute * maxQueryCost}` } = variables;
  if (rules.COST_PER_MINUTE.holds(budget) && Number(budget) < maxQueryCost) {
    problems.push(`COST_PER_MINUTE: ${rules.COST_PER_MINUTE.form}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    port: Number(variables.PORT ?? 4000),
    host,
    isPooled,
    replicaUrls: listIn(variables.DATABASE_REPLICA_URLS),
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
    maxQueryCost,
    costPerMinute: budget === 'off' ? null : Number(budget),
    socketLimits: namedNumbers(variables.MAX_SOCKETS_PER_USER, defaultSocketLimits),
    trustedDocuments: trusted as TrustedDocumentsMode,
    logLevel: variables.LOG_LEVEL ?? (isDemo ? 'warn' : 'info'),
    ...(variables.DATABASE_URL && { databaseUrl: variables.DATABASE_URL }),
    ...(variables.REDIS_URL && { redisUrl: variables.REDIS_URL }),
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
