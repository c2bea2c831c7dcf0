import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import type { Queryable } from '../db/database.js';
import type { QueueName } from '../db/job-tables.js';
import type { Job, Jobs } from '../db/jobs.js';
import { StartError } from '../errors.js';
import type { Logger } from '../logger.js';
import { noTelemetry, type Telemetry, within } from '../telemetry.js';

/** What those who run the gateway see of it. */
export interface Ops {
  readonly telemetry: Telemetry;
  /** Where Prometheus reads; undefined where it can't. */
  readonly metricsUrl: string | undefined;
}

/** Begins to measure and to trace as far as the configuration says so; nothing is loaded where it does not. */
export async function openOps(
  { metrics: place, traceEndpoint }: Config,
  db: Queryable,
  dataSource: DataSource,
  logger: Logger,
  closing: (() => Promise<void> | void)[],
): Promise<Ops> {
  let telemetry = noTelemetry;
  let metricsUrl: string | undefined;
  if (place !== undefined) {
    const { openMetrics } = await import('./metrics.js');
    const { text, type, ...metrics } = await openMetrics({
      db,
      logger,
      pool: (dataSource.driver as unknown as { master: Pool }).master,
    });
    telemetry = metrics;
    metricsUrl = await serve({ text, type }, place, closing);
  }
  if (traceEndpoint !== undefined) {
    const { openTraces } = await import('./traces.js');
    const { trace, stop } = await openTraces(traceEndpoint);
    closing.push(stop);
    telemetry = { ...telemetry, trace };
  }
  return { telemetry, metricsUrl };
}

/** On a port of its own: whoever reaches the gateway does not reach this. */
async function serve(
  { text, type }: { text: () => Promise<string>; type: string },
  { port, host }: NonNullable<Config['metrics']>,
  closing: (() => Promise<void> | void)[],
): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    text().then(
      (metrics) => response.writeHead(200, { 'Content-Type': type }).end(metrics),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`METRICS_PORT: ${port} can not be listened on at ${host} (${error.code}).`);
  });
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { address, port: actual, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}/metrics`;
}

/** Says who does the jobs of a queue, each under its own name in logs and traces; what comes of them is counted. */
export const handleObserved =
  (jobs: Jobs, telemetry: Telemetry) =>
  (queue: QueueName, act: (job: Job) => Promise<void>): void =>
    jobs.handle(queue, async (job) => {
      const span = telemetry.trace(`job ${queue}`);
      let error: unknown;
      try {
        await within({ job: job.id, statements: 0, span }, () => act(job));
      } catch (reason) {
        error = reason;
        throw reason;
      } finally {
        telemetry.jobEnded(queue, error === undefined ? 'done' : 'failed');
        span?.end({ 'job.id': job.id }, error);
      }
    });
