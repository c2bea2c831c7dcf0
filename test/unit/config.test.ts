/** @jest-environment node */
import { ConfigError, loadConfig } from '../../src/config.js';
import { variableNames } from '../../src/variables.js';
import { problemsOf } from '../support/problems-of.js';

const secret = 'x'.repeat(32);

describe('Without any variable', () => {
  it('the gateway is a demo on this machine, in a folder of its own', () => {
    expect(loadConfig({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      isPooled: false,
      replicaUrls: [],
      dataDir: './data',
      corsOrigins: [],
      trustedProxies: [],
      introspection: true,
      ticketPrefix: 'INC',
      autoStatus: true,
      mailFrom: 'Support <support@localhost>',
      mailLocale: 'en',
      mailDigestSeconds: 120,
      logRetentionDays: null,
      rateLimits: { tickets: 2, comments: 60, uploads: 20 },
      maxQueryCost: 50_000,
      costPerMinute: 2_500_000,
      socketLimits: { customer: 100, staff: 1_000 },
      trustedDocuments: 'on',
      logLevel: 'warn',
    });
  });

  it('is the same as with empty ones, and variables of others are none of its business', () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, '']));
    expect(loadConfig({ ...empty, PATH: '/bin', port: '1', NODE_ENV: 'test' })).toEqual(loadConfig({}));
  });
});

describe('With a key', () => {
  it.each([
    ['JWT_SECRET', secret, { secret }],
    ['JWKS_URL', 'https://id.example.com/keys', { jwksUrl: 'https://id.example.com/keys' }],
  ])('%s the gateway is open to all addresses, keeps its schema to itself and logs more', (name, value, tokenKey) => {
    expect(loadConfig({ [name]: value })).toMatchObject({
      host: '0.0.0.0',
      introspection: false,
      logLevel: 'info',
      tokenKey,
    });
  });

  it('two are one too many', () => {
    expect(problemsOf({ JWT_SECRET: secret, JWKS_URL: 'https://id.example.com' })).toEqual([
      'JWT_SECRET and JWKS_URL: set one of them, not both',
    ]);
  });
});

it('The configuration can not be changed afterwards', () => {
  expect(Object.isFrozen(loadConfig({}))).toBe(true);
});

it('All problems are told at once, each with its variable, and no value is repeated', () => {
  const wrong = 'wrong wrong';
  const problems = problemsOf({
    PORT: wrong,
    HOST: '0.0.0.0',
    DATABASE_URL: wrong,
    CORS_ORIGINS: wrong,
    INTROSPECTION: wrong,
    TICKET_PREFIX: wrong,
    SMTP_URL: wrong,
    MAIL_FROM: wrong,
    MAIL_LOCALE: wrong,
    MAIL_DIGEST_SECONDS: wrong,
    LOG_RETENTION: wrong,
    RATE_LIMITS: wrong,
    LOG_LEVEL: wrong,
  });
  expect(problems).toEqual([
    'PORT: a whole number, 0..65535',
    'DATABASE_URL: postgres://user:password@host:5432/database',
    'CORS_ORIGINS: origins with commas between them, such as https://support.example.com',
    'INTROSPECTION: on or off',
    'TICKET_PREFIX: three capital letters, such as INC',
    'SMTP_URL: smtp://user:password@host:587 or smtps://user:password@host:465',
    'MAIL_FROM: an address, such as Support <support@example.com>',
    'MAIL_LOCALE: one of en, ru',
    'MAIL_DIGEST_SECONDS: a whole number, 0..86400, or off',
    'LOG_RETENTION: a number of days, 1..36500, or off',
    'RATE_LIMITS: off, or numbers of 1 or more, such as tickets=2,comments=60,uploads=20',
    'LOG_LEVEL: one of fatal, error, warn, info, debug, trace, silent',
    'HOST: without JWT_SECRET or JWKS_URL the gateway is a demo and listens on 127.0.0.1 alone',
  ]);
  expect(new ConfigError(problems).message).toBe(problems.join('\n'));
  expect(problemsOf({ JWT_SECRET: wrong, JWKS_URL: wrong })).toEqual([
    'JWT_SECRET: at least 32 characters',
    'JWKS_URL: https://…',
    'JWT_SECRET and JWKS_URL: set one of them, not both',
  ]);
});

describe.each<[string, keyof ReturnType<typeof loadConfig>, [string, unknown][], string[]]>([
  [
    'PORT',
    'port',
    [
      ['0', 0],
      ['80', 80],
      ['65535', 65_535],
    ],
    ['65536', '-1', '4000.5', '1e3', '0x50', ' ', '80 ', 'http', '４０００'],
  ],
  [
    'HOST',
    'host',
    [
      ['0.0.0.0', '0.0.0.0'],
      ['::', '::'],
      ['gateway.internal', 'gateway.internal'],
    ],
    [],
  ],
  [
    'DATABASE_URL',
    'databaseUrl',
    [
      ['postgres://u:p@db:5432/tickets', 'postgres://u:p@db:5432/tickets'],
      ['postgresql://db/tickets?sslmode=require', 'postgresql://db/tickets?sslmode=require'],
      ['postgres:///tickets?host=/run/postgresql', 'postgres:///tickets?host=/run/postgresql'],
    ],
    [
      'db:5432',
      'mysql://u:p@db/tickets',
      'http://db',
      'postgres',
      'postgres://u:p#ss@db/tickets',
      'postgres://db:port/tickets',
    ],
  ],
  [
    'DATA_DIR',
    'dataDir',
    [
      ['/var/lib/tickets', '/var/lib/tickets'],
      ['my data', 'my data'],
    ],
    [],
  ],
  [
    'STORAGE_URL',
    'storageUrl',
    [
      ['file:///var/lib/gateway/files', 'file:///var/lib/gateway/files'],
      ['file:///var/my%20files/', 'file:///var/my%20files/'],
      ['s3://tickets', 's3://tickets'],
      ['s3://my.tickets/files?region=eu-central-1', 's3://my.tickets/files?region=eu-central-1'],
      ['s3://tickets?endpoint=http://127.0.0.1:9000', 's3://tickets?endpoint=http://127.0.0.1:9000'],
    ],
    [
      './files',
      '/var/lib/gateway/files',
      'file:files',
      'file://files',
      'file://host/files',
      'file:///',
      'file:///files?mode=0600',
      's3:',
      's3://',
      's3://x',
      's3://Tickets',
      's3://key:secret@tickets',
      's3://tickets?endpoint=s3.example.com',
      's3://tickets?secret=x',
      's3://tickets?region=a&region=b',
      'https://tickets.s3.amazonaws.com',
    ],
  ],
  ['JWT_SECRET', 'tokenKey', [['y'.repeat(32), { secret: 'y'.repeat(32) }]], ['y'.repeat(31)]],
  ['JWT_ISSUER', 'tokenIssuer', [['https://id.example.com', 'https://id.example.com']], []],
  ['JWT_AUDIENCE', 'tokenAudience', [['tickets', 'tickets']], []],
  [
    'CORS_ORIGINS',
    'corsOrigins',
    [
      ['https://a.example', ['https://a.example']],
      [
        'https://a.example,http://localhost:3000 , https://c.example:8443',
        ['https://a.example', 'http://localhost:3000', 'https://c.example:8443'],
      ],
    ],
    [
      '*',
      'null',
      'a.example',
      'https://a.example/',
      'https://a.example/x',
      'https://A.example',
      'https://a.example:443',
      'https://a.example,',
      'https://a.example https://b.example',
      'ftp://a.example',
      'https://u:p@a.example',
    ],
  ],
  [
    'PUBLIC_URL',
    'publicUrl',
    [['https://support.example.com', 'https://support.example.com']],
    ['support.example.com', 'https://support.example.com/', 'https://support.example.com/tickets', 'ftp://example.com'],
  ],
  [
    'INTROSPECTION',
    'introspection',
    [
      ['on', true],
      ['off', false],
    ],
    ['ON', 'true', '1', 'yes'],
  ],
  ['TICKET_PREFIX', 'ticketPrefix', [['SUP', 'SUP']], ['sup', 'SU', 'SUPP', 'SU1', 'SUP\n', 'ЖЖЖ']],
  [
    'AUTO_STATUS',
    'autoStatus',
    [
      ['on', true],
      ['off', false],
    ],
    ['ON', 'true', '0', 'no'],
  ],
  [
    'SMTP_URL',
    'smtpUrl',
    [
      ['smtp://127.0.0.1:25', 'smtp://127.0.0.1:25'],
      ['smtps://u%40x:p@mail.example.com', 'smtps://u%40x:p@mail.example.com'],
    ],
    ['mail.example.com', 'http://mail.example.com', 'smtp://', 'smtp:mail'],
  ],
  [
    'MAIL_FROM',
    'mailFrom',
    [
      ['support@example.com', 'support@example.com'],
      ['Служба поддержки <support@example.com>', 'Служба поддержки <support@example.com>'],
    ],
    [
      'support',
      '<support@example.com>',
      'a@example.com, b@example.com',
      'A <a@example.com>\nBcc: b@example.com',
      'A\tB <a@b>',
    ],
  ],
  ['MAIL_LOCALE', 'mailLocale', [['ru', 'ru']], ['de', 'EN', 'en-GB']],
  [
    'MAIL_DIGEST_SECONDS',
    'mailDigestSeconds',
    [
      ['1', 1],
      ['86400', 86_400],
      ['0', null],
      ['off', null],
    ],
    ['86401', '-1', '1.5', 'on', '2m'],
  ],
  [
    'LOG_RETENTION',
    'logRetentionDays',
    [
      ['1', 1],
      ['36500', 36_500],
      ['off', null],
    ],
    ['0', '36501', '-1', '1.5', 'on', '30d'],
  ],
  [
    'RATE_LIMITS',
    'rateLimits',
    [
      ['off', null],
      ['tickets=5', { tickets: 5, comments: 60, uploads: 20 }],
      ['uploads=1 , comments=999999', { tickets: 2, comments: 999_999, uploads: 1 }],
    ],
    [
      'on',
      '2',
      'tickets',
      'tickets=',
      'tickets=0',
      'tickets=-1',
      'tickets=1.5',
      'tickets=1000000',
      'tickets=1=2',
      'tickets=1,',
      'tickets=1,tickets=2',
      'tickets=1 comments=2',
      'votes=1',
      'toString=1',
      'off,tickets=1',
    ],
  ],
  [
    'LOG_LEVEL',
    'logLevel',
    [
      ['silent', 'silent'],
      ['trace', 'trace'],
    ],
    ['verbose', 'INFO', 'off'],
  ],
])('%s', (name, key, good, bad) => {
  if (good.length > 0) {
    it.each(good)('may be %j', (value, expected) => {
      expect(loadConfig({ JWT_SECRET: secret, [name]: value })[key]).toEqual(expected);
    });
  }
  if (bad.length > 0) {
    it.each(bad)('may not be %j', (value) => {
      const problems = problemsOf({ JWT_SECRET: secret, [name]: value });
      expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
    });
  }
});

it('Letters come from the host of the links unless it is said otherwise', () => {
  expect(loadConfig({ PUBLIC_URL: 'https://help.example.com:8443' }).mailFrom).toBe(
    'Support <support@help.example.com>',
  );
});

describe('JWKS_URL', () => {
  it.each(['https://id.example.com/.well-known/jwks.json', 'http://127.0.0.1:8080/keys'])('may be %j', (jwksUrl) => {
    expect(loadConfig({ JWKS_URL: jwksUrl }).tokenKey).toEqual({ jwksUrl });
  });

  it.each(['id.example.com', 'http://[', 'file:///etc/keys', 'https://'])('may not be %j', (jwksUrl) => {
    expect(problemsOf({ JWKS_URL: jwksUrl })).toEqual(['JWKS_URL: https://…']);
  });
});

describe('A demo', () => {
  it.each(['127.0.0.1', '::1', 'localhost'])('listens on %s', (host) => {
    expect(loadConfig({ HOST: host }).host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '192.168.0.1', 'example.com'])('does not listen on %s', (host) => {
    expect(problemsOf({ HOST: host })).toEqual([expect.stringMatching(/^HOST: .*demo/)]);
  });

  it('may be closed to introspection, and a gateway with a key opened to it', () => {
    expect(loadConfig({ INTROSPECTION: 'off' }).introspection).toBe(false);
    expect(loadConfig({ INTROSPECTION: 'on', JWT_SECRET: secret }).introspection).toBe(true);
  });
});

it('Every variable has a test here', () => {
  expect(variableNames).toEqual([
    ...'PORT HOST DATABASE_URL DATABASE_POOLER REDIS_URL DATABASE_REPLICA_URLS DATA_DIR'.split(' '),
    ...'STORAGE_URL JWT_SECRET JWKS_URL JWT_ISSUER JWT_AUDIENCE CORS_ORIGINS PUBLIC_URL'.split(' '),
    ...'TRUSTED_PROXIES INTROSPECTION TICKET_PREFIX AUTO_STATUS SMTP_URL MAIL_FROM MAIL_LOCALE'.split(' '),
    ...'MAIL_DIGEST_SECONDS LOG_RETENTION RATE_LIMITS MAX_QUERY_COST COST_PER_MINUTE'.split(' '),
    ...'MAX_SOCKETS_PER_USER TRUSTED_DOCUMENTS TRUSTED_DOCUMENTS_FILE LOG_LEVEL METRICS_PORT'.split(' '),
    ...'METRICS_HOST OTEL_EXPORTER_OTLP_ENDPOINT'.split(' '),
  ]);
});
