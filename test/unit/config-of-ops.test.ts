/** @jest-environment node */
import { loadConfig } from '../../src/config.js';
import { problemsOf } from '../support/problems-of.js';

describe('DATABASE_REPLICA_URLS', () => {
  const [primary, first, second] = ['a', 'b', 'c'].map((host) => `postgres://gateway@${host}/tickets`);

  it('are addresses with commas between them', () => {
    const variables = { DATABASE_URL: primary, DATABASE_REPLICA_URLS: `${first}, ${second}` };
    expect(loadConfig(variables).replicaUrls).toEqual([first, second]);
    expect(problemsOf({ ...variables, DATABASE_REPLICA_URLS: `${first},b` })).toEqual([
      'DATABASE_REPLICA_URLS: postgres://user:password@host:5432/database, several with commas between them',
    ]);
  });

  it('follow a primary', () => {
    expect(problemsOf({ DATABASE_REPLICA_URLS: first })).toEqual([
      'DATABASE_REPLICA_URLS: set DATABASE_URL, too: they follow it',
    ]);
  });
});

describe('METRICS_PORT', () => {
  it('is of this machine alone unless METRICS_HOST says otherwise', () => {
    expect(loadConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ port: 9464, host: '127.0.0.1' });
    expect(loadConfig({ METRICS_PORT: '0', METRICS_HOST: '::' }).metrics).toEqual({ port: 0, host: '::' });
    expect(loadConfig({ METRICS_HOST: '0.0.0.0' }).metrics).toBeUndefined();
  });

  it.each(['x', '-1', '65536', '1.5'])('may not be %j', (port) => {
    expect(problemsOf({ METRICS_PORT: port })).toEqual(['METRICS_PORT: a whole number, 0..65535']);
  });
});

it('OTEL_EXPORTER_OTLP_ENDPOINT is an address of HTTP', () => {
  const endpoint = 'http://collector:4318';
  expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).traceEndpoint).toBe(endpoint);
  expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector' })).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT: http://collector:4318',
  ]);
});

describe('REDIS_URL', () => {
  it.each([
    'redis://redis:6379',
    'redis://user:pass%40word@redis',
    'rediss://redis.example.com:6380/2',
    'redis://:secret@[::1]:6379/',
  ])('may be %j', (url) => expect(loadConfig({ REDIS_URL: url }).redisUrl).toBe(url));

  it.each(['redis', 'http://redis:6379', 'redis://', 'redis:///0', 'redis://redis/name', 'redis://redis?db=1'])(
    'may not be %j',
    (url) => {
      expect(problemsOf({ REDIS_URL: url })).toEqual(['REDIS_URL: redis://user:password@host:6379 or rediss://…']);
    },
  );
});

describe('DATABASE_POOLER', () => {
  const [DATABASE_URL, REDIS_URL] = ['postgres://pooler/tickets', 'redis://redis'];
  const missing = 'DATABASE_POOLER: transaction takes a DATABASE_URL, and a REDIS_URL for want of LISTEN';

  it('says whether a connection may be another one after each transaction', () => {
    expect(loadConfig({ DATABASE_URL, REDIS_URL, DATABASE_POOLER: 'transaction' }).isPooled).toBe(true);
    expect(loadConfig({ DATABASE_URL, DATABASE_POOLER: 'session' }).isPooled).toBe(false);
  });

  it('takes what goes on without LISTEN', () => {
    expect(problemsOf({ DATABASE_URL, DATABASE_POOLER: 'transaction' })).toEqual([missing]);
    expect(problemsOf({ REDIS_URL, DATABASE_POOLER: 'transaction' })).toEqual([missing]);
    expect(problemsOf({ DATABASE_URL, REDIS_URL, DATABASE_POOLER: 'statement' })).toEqual([
      'DATABASE_POOLER: transaction or session',
    ]);
  });
});
