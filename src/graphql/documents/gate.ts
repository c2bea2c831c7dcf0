import type { IncomingMessage } from 'node:http';
import type { Config, SocketLimits } from '../../config.js';
import type { Redis } from '../../redis/redis.js';
import { CostBudget } from '../../services/cost-budget.js';
import { createAddressReader } from '../../services/payer.js';
import { readManifest } from './manifest.js';
import { TrustedDocuments } from './trusted-documents.js';

/** What both doors ask before anything runs. */
export interface Gate {
  readonly budget: CostBudget;
  readonly trusted: TrustedDocuments;
  /** What the dearest operation costs that runs. */
  readonly maxQueryCost: number;
  readonly socketLimits: SocketLimits | null;
  /** Where the client of a request is; undefined when it is gone. */
  readonly addressOf: (request: IncomingMessage) => string | undefined;
}

/** Reads the documents that are trusted; a budget is full again after so many seconds, a minute if nothing is said. */
export async function openGate(config: Config, redis?: Redis, budgetSeconds?: number): Promise<Gate> {
  const { trustedDocuments: mode, trustedDocumentsFile: file, costPerMinute, maxQueryCost, socketLimits } = config;
  const given = file !== undefined && mode !== 'off' ? await readManifest(file) : new Map<string, string>();
  return {
    budget: new CostBudget(costPerMinute, redis, budgetSeconds),
    trusted: new TrustedDocuments(mode, given),
    maxQueryCost,
    socketLimits,
    addressOf: createAddressReader(config.trustedProxies),
  };
}
