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
