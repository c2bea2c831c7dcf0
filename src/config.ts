import { IsIn, IsInt, IsOptional, Matches, Max, Min, MinLength, validateSync } from 'class-validator';

/** Variables as they are set; an empty one is as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that can be set from outside. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded engine in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  /** Absent: demo mode, with a key made for the data folder. */
  readonly tokenKey?: { readonly secret: string } | { readonly jwksUrl: string };
  readonly tokenIssuer?: string;
  readonly tokenAudience?: string;
  readonly corsOrigins: readonly string[];
  readonly introspection: boolean;
  readonly ticketPrefix: string;
  readonly logLevel: string;
}

/** Something is wrong with the variables; each problem names one and says what it should be. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const loopback = ['127.0.0.1', '::1', 'localhost'];

class Variables {
  @IsInt({ message: 'PORT: a whole number, 0..65535' })
  @Min(0, { message: 'PORT: a whole number, 0..65535' })
  @Max(65_535, { message: 'PORT: a whole number, 0..65535' })
  PORT: number;

  @IsOptional() HOST?: string;

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL: postgres://user:password@host:5432/database' })
  DATABASE_URL?: string;

  @IsOptional() DATA_DIR?: string;

  @IsOptional()
  @MinLength(32, { message: 'JWT_SECRET: at least 32 characters' })
  JWT_SECRET?: string;

  @IsOptional()
  @Matches(/^https?:\/\/\S+$/, { message: 'JWKS_URL: https://…' })
  JWKS_URL?: string;

  @IsOptional() JWT_ISSUER?: string;
  @IsOptional() JWT_AUDIENCE?: string;

  @IsOptional()
  @Matches(/^https?:\/\/[^\s,/]+(,\s*https?:\/\/[^\s,/]+)*$/, {
    message: 'CORS_ORIGINS: origins with commas between them, such as https://support.example.com',
  })
  CORS_ORIGINS?: string;

  @IsOptional()
  @IsIn(['on', 'off'], { message: 'INTROSPECTION: on or off' })
  INTROSPECTION?: string;

  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'TICKET_PREFIX: three capital letters, such as INC' })
  TICKET_PREFIX?: string;

  @IsOptional()
  @IsIn(logLevels, { message: `LOG_LEVEL: one of ${logLevels.join(', ')}` })
  LOG_LEVEL?: string;
}

/** Every variable that is read, for whoever documents them. */
export const variableNames = [
  'PORT',
  'HOST',
  'DATABASE_URL',
  'DATA_DIR',
  'JWT_SECRET',
  'JWKS_URL',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'CORS_ORIGINS',
  'INTROSPECTION',
  'TICKET_PREFIX',
  'LOG_LEVEL',
] as const;

/** Reads the configuration; reports all problems at once as a ConfigError. */
export function loadConfig(environment: Environment): Config {
  const set = Object.fromEntries(variableNames.map((name) => [name, environment[name] || undefined]));
  const variables = Object.assign(new Variables(), set, { PORT: Number(set['PORT'] ?? 4000) });
  const problems = validateSync(variables, { stopAtFirstError: true }).flatMap((error) =>
    Object.values(error.constraints ?? {}),
  );
  const { JWT_SECRET: secret, JWKS_URL: jwksUrl } = variables;
  if (secret && jwksUrl) problems.push('JWT_SECRET and JWKS_URL: set one of them, not both');
  const isDemo = !secret && !jwksUrl;
  const host = variables.HOST ?? (isDemo ? '127.0.0.1' : '0.0.0.0');
  if (isDemo && !loopback.includes(host)) {
    problems.push('HOST: without JWT_SECRET or JWKS_URL the gateway is a demo and listens on 127.0.0.1 alone');
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    port: variables.PORT,
    host,
    dataDir: variables.DATA_DIR ?? './data',
    corsOrigins: variables.CORS_ORIGINS?.split(/,\s*/) ?? [],
    introspection: variables.INTROSPECTION ? variables.INTROSPECTION === 'on' : isDemo,
    ticketPrefix: variables.TICKET_PREFIX ?? 'INC',
    logLevel: variables.LOG_LEVEL ?? (isDemo ? 'warn' : 'info'),
    ...(variables.DATABASE_URL && { databaseUrl: variables.DATABASE_URL }),
    ...(secret && { tokenKey: { secret } }),
    ...(jwksUrl && { tokenKey: { jwksUrl } }),
    ...(variables.JWT_ISSUER && { tokenIssuer: variables.JWT_ISSUER }),
    ...(variables.JWT_AUDIENCE && { tokenAudience: variables.JWT_AUDIENCE }),
  });
}
