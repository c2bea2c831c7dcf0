/** @jest-environment node */
import { ConfigError, type Environment, loadConfig } from '../../src/config.js';

function problemsOf(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

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
