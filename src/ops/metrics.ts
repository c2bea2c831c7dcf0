import type { Pool } from 'pg';
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Queryable } from '../db/database.js';
import type { Logger } from '../logger.js';
import type { ReplicaLook, Telemetry } from '../telemetry.js';

/** What is looked at when somebody asks for the metrics. */
export interface Looks {
  readonly db: Queryable;
  readonly pool: Pool;
  readonly logger: Logger;
}

/** Jobs that wait and that were given up, and since when the first event that has no place in the feed has been waiting for one. */
const look = `
  select (select coalesce(json_object_agg(name, waiting), '{}') from (
      select q.name, (select count(*) from pgboss.job j where j.name = q.name and j.state < 'active') as waiting from pgboss.queue q) w
    ) as waiting,
    (select coalesce(json_object_agg(name, dead), '{}') from (
      select q.name, (select count(*) from pgboss.job j where j.name = q.name and j.state = 'failed') as dead from pgboss.queue q) d
    ) as dead,
    (select coalesce(extract(epoch from now() - min(l.at)), 0)::float8
      from (select * from unnumbered_events limit 1000) u join conversation_log l using (ticket_id, staff_seq)) as lag`;

interface Look {
  readonly waiting: Readonly<Record<string, number>>;
  readonly dead: Readonly<Record<string, number>>;
  readonly lag: number;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All that is measured, and what to tell of it: `text` answers what Prometheus reads. */
export async function openMetrics({
  db,
  pool,
  logger,
}: Looks): Promise<Telemetry & { text: () => Promise<string>; type: string }> {
  const prometheus = await import('prom-client');
  const registry: Registry = new prometheus.Registry();
  const registers = [registry];
  prometheus.collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new prometheus.Counter({ name: `gateway_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
    new prometheus.Gauge({ name: `gateway_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    labelNames: L[] = [],
    buckets = seconds,
  ): Histogram<L> => new prometheus.Histogram({ name: `gateway_${name}`, help, labelNames, buckets, registers });

  const names = ['route', 'field', 'operation'] as const;
  const requests = histogram('request_seconds', 'Requests, and how long they took.', [...names, 'outcome']);
  const counts = [0, 1, 2, 3, 5, 8, 13, 20, 50, 100];
  const statements = histogram('request_statements', 'Statements that were sent for a request.', [...names], counts);
  const deliveries = counter('deliveries_total', 'Payloads of subscriptions that were handed to sockets.');
  const lag = histogram('stream_lag_seconds', 'From an event of a conversation to its delivery to all who keep up.');
  const jobs = counter('jobs_total', 'Jobs that were done here, and attempts that failed.', ['queue', 'outcome']);
  const sockets = gauge('sockets', 'Open sockets.');
  const subscriptions = gauge('subscriptions', 'Subscriptions that run over them.');
  const connections = gauge('pool_connections', 'Connections to the database, and who waits for one.', ['state']);
  const operations = counter('operations_total', 'Queries and mutations, by the database that answered.', ['database']);
  const replicaLag = gauge('replica_lag_seconds', 'How far a read replica is behind the primary.', ['replica']);
  const replicaInUse = gauge('replica_in_use', 'Whether a read replica answers queries.', ['replica']);
  const waiting = gauge('jobs_waiting', 'Jobs that nobody has begun, of all gateways.', ['queue']);
  const dead = gauge('jobs_given_up', 'Jobs that were given up, of all gateways.', ['queue']);
  const redis = gauge('redis_connected', 'Whether Redis is connected, where there is one: 1 or 0.');
  const feedLag = gauge('feed_lag_seconds', 'Since when the first event has been waiting for its place in the feed.');

  let payloads = 0;
  let lookAtReplicas = (): readonly ReplicaLook[] => [];
  let countSockets = (): { sockets: number; subscriptions: number } => ({ sockets: 0, subscriptions: 0 });
  let isRedisConnected: (() => boolean) | undefined;
  const lookAround = async (): Promise<void> => {
    deliveries.inc(payloads);
    payloads = 0;
    const open = countSockets();
    sockets.set(open.sockets);
    subscriptions.set(open.subscriptions);
    if (isRedisConnected) redis.set(Number(isRedisConnected()));
    else redis.remove();
    for (const { name: replica, state, lagMs } of lookAtReplicas()) {
      replicaLag.set({ replica }, lagMs / 1000);
      replicaInUse.set({ replica }, state === 'in use' ? 1 : 0);
    }
    connections.set({ state: 'total' }, pool.totalCount);
    connections.set({ state: 'idle' }, pool.idleCount);
    connections.set({ state: 'waiting' }, pool.waitingCount);
    waiting.reset();
    dead.reset();
    feedLag.set(NaN);
    const [found] = await db.query<Look>(look);
    if (!found) return;
    for (const [queue, count] of Object.entries(found.waiting)) waiting.set({ queue }, count);
    for (const [queue, count] of Object.entries(found.dead)) dead.set({ queue }, count);
    feedLag.set(found.lag);
  };

  return {
    type: registry.contentType,
    text: async () => {
      await lookAround().catch((error: unknown) =>
        logger.warn({ error }, 'metrics lack what the database did not tell'),
      );
      return registry.metrics();
    },
    trace: () => undefined,
    served: ({ route, field = '', operation = '', outcome, ms, statements: sent }) => {
      requests.observe({ route, field, operation, outcome }, ms / 1000);
      if (field) statements.observe({ route, field, operation }, sent);
    },
    jobEnded: (queue, outcome) => jobs.inc({ queue, outcome }),
    // There may be thousands a second: they are only counted on.
    delivered: (more) => {
      payloads += more;
    },
    followed: (at) => lag.observe(Math.max(Date.now() - at.getTime(), 0) / 1000),
    operated: (database) => operations.inc({ database }),
    watchReplicas: (look) => {
      lookAtReplicas = look;
    },
    watchSockets: (count) => {
      countSockets = count;
    },
    watchRedis: (isConnected) => {
      isRedisConnected = isConnected;
    },
  };
}
