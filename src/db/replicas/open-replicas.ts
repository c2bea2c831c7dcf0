import type { Config } from '../../config.js';
import type { Logger } from '../../logger.js';
import type { Telemetry } from '../../telemetry.js';
import type { Queryable } from '../database.js';
import { type Floors, noFloors, ReadFloors } from './read-floors.js';
import type { Replicas } from './replicas.js';

/** How queries are answered, and who is to say what is new. */
export interface ReadRouting {
  /** Absent: the primary answers all of them. */
  readonly replicas?: Replicas;
  readonly floors: Floors;
}

/** What it takes to look after replicas. */
interface Surroundings {
  readonly db: { readonly primary: Queryable };
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  /** Ids of those who hold sockets here, perhaps among others. */
  readonly present: () => readonly string[];
  readonly closing: (() => Promise<void> | void)[];
}

/** Begins to look after the replicas of the configuration; nothing is loaded where there are none. */
export async function openReplicas(
  { replicaUrls }: Config,
  { db: { primary }, telemetry, logger, present, closing }: Surroundings,
): Promise<ReadRouting> {
  if (replicaUrls.length === 0) return { floors: noFloors };
  const { Replicas } = await import('./replicas.js');
  const floors = new ReadFloors(primary, present, logger);
  const replicas = new Replicas(replicaUrls, primary, floors, telemetry, logger);
  replicas.start();
  closing.push(() => replicas.close());
  return { replicas, floors };
}
