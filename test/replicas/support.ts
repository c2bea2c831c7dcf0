import { createDataSource } from '../../src/db/data-source.js';
import { prepareJobs } from '../../src/db/job-tables.js';
import { createLogger } from '../../src/logger.js';
import { Cluster, until } from '../support/cluster.js';
import { TestGateway } from '../support/gateway.js';

/** What a gateway wrote to its log. */
export type Lines = { msg: string; replica?: string; state?: string }[];

/** What gateways ask whether anybody uses them or not: how replicas are, what there is to follow and to number. */
const lookingAround = /pg_control_system|unnumbered_events|pg_notify|access_version\) as state/;

/** A primary with standbys, and gateways that read from them. */
export class Scene {
  private readonly gateways: TestGateway[] = [];

  private constructor(
    readonly primary: Cluster,
    readonly standbys: readonly Cluster[],
  ) {}

  /** Makes the servers, with all tables. */
  static async open(standbys = 1): Promise<Scene> {
    const primary = await Cluster.create();
    globalThis.testDatabase = { url: primary.url, poolSize: 10 };
    const dataSource = await createDataSource(globalThis.testDatabase).initialize();
    await dataSource.runMigrations();
    await prepareJobs(dataSource);
    await dataSource.destroy();
    // As when the first minute is over.
    await primary.query(`insert into read_floors values ('00000000-0000-0000-0000-000000000000', 0)`);
    const followers = [];
    for (let n = 0; n < standbys; n++) followers.push(await primary.follow());
    return new Scene(primary, followers);
  }

  /** The first of the standbys. */
  get standby(): Cluster {
    return this.standbys[0] as Cluster;
  }

  /** A gateway, once all its replicas are in use. */
  async gateway(environment: Record<string, string> = {}): Promise<TestGateway & { lines: Lines }> {
    const lines: Lines = [];
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Lines[number]) };
    const urls = this.standbys.map(({ url }) => url).join();
    const started = await TestGateway.start(
      { DATABASE_REPLICA_URLS: urls, METRICS_PORT: '0', ...environment },
      createLogger('info', stream),
    );
    this.gateways.push(started);
    const gateway = Object.assign(started, { lines });
    if (!('DATABASE_REPLICA_URLS' in environment)) await areInUse(lines, this.standbys.length);
    return gateway;
  }

  /** Statements that an act takes on the primary and on the first standby, those by which the gateways look around left out. */
  async statementsOf(act: () => Promise<unknown>): Promise<{ primary: string[]; standby: string[] }> {
    const from = [this.primary, this.standby].map((cluster) => cluster.statements().length);
    await act();
    const [primary = [], standby = []] = [this.primary, this.standby].map((cluster, n) =>
      cluster
        .statements()
        .slice(from[n])
        .filter((text) => !lookingAround.test(text)),
    );
    return { primary, standby };
  }

  /** Waits until the standbys have all that the primary has. */
  async settle(): Promise<void> {
    for (const standby of this.standbys) await this.primary.isFollowedBy(standby);
  }

  /** Stops everything. */
  async close(): Promise<void> {
    for (const gateway of this.gateways) await gateway.stop();
    for (const cluster of [...this.standbys, this.primary]) await cluster.remove();
  }
}

/** Waits until so many times a replica was taken into use. */
export const areInUse = (lines: Lines, times: number): Promise<void> =>
  until(() => lines.filter(({ msg }) => msg === 'a replica is in use').length >= times);
