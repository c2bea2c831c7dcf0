import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A piece of a trace, as far as those who do the work have to know it. */
export interface Span {
  child(name: string, attributes?: Attributes): Span;
  /** Ends it, with what went wrong if something did. */
  end(attributes?: Attributes, error?: unknown): void;
}
/** What is told of it. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** How a request ended: `cut` where its client was gone before, `refused` for what clients did wrong, `fault` for what we did. */
export type Outcome = 'ok' | 'refused' | 'fault' | 'cut';

/** A request, or a job, that is being served: whoever does something for it finds it here. */
export interface Scope {
  readonly requestId?: string;
  readonly job?: string;
  /** Who pays for it: what it takes is shared fairly among them. Absent before that is known, and for what is done for nobody. */
  payer?: string;
  /** How many statements were sent for it. */
  statements: number;
  /** Where the trace stands; absent where nobody wants any. */
  span?: Span | undefined;
  outcome?: Outcome;
  /** The field that a GraphQL operation asks for first, such as `tickets`. */
  field?: string;
  /** Its name where its document is a known one, else `other`: clients can't make up names as they like. */
  operation?: string;
}

/** A request that has been served. */
interface Served extends Scope {
  /** The first part of the address where there is something. */
  readonly route: string;
  readonly outcome: Outcome;
  readonly ms: number;
}

/** How a read replica is; its lag is NaN where that is not known. */
export interface ReplicaLook {
  readonly name: string;
  readonly state: string;
  readonly lagMs: number;
}

/** Who measures what the gateway does. */
export interface Telemetry {
  /** Begins a trace, or goes on with one that a header tells of; undefined where nobody wants any. */
  trace(name: string, traceparent?: string): Span | undefined;
  served(request: Served): void;
  jobEnded(queue: string, outcome: 'done' | 'failed'): void;
  /** Payloads were handed to sockets. */
  delivered(payloads: number): void;
  /** An event came to all who follow it closely. */
  followed(at: Date): void;
  /** A query or a mutation was answered there. */
  operated(database: 'primary' | 'replica'): void;
  /** Says what knows how the read replicas are. */
  watchReplicas(look: () => readonly ReplicaLook[]): void;
  /** Says what counts the sockets and subscriptions that are open. */
  watchSockets(count: () => { sockets: number; subscriptions: number }): void;
  /** Says what tells whether the Redis that gateways have in common is there. */
  watchRedis(isConnected: () => boolean): void;
}

/** Measures nothing. */
export const noTelemetry: Telemetry = {
  trace: () => undefined,
  served: () => undefined,
  jobEnded: () => undefined,
  delivered: () => undefined,
  followed: () => undefined,
  operated: () => undefined,
  watchReplicas: () => undefined,
  watchSockets: () => undefined,
  watchRedis: () => undefined,
};

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** The request or job that this is done for; undefined where it is done for nobody in particular. */
export const currentScope = (): Scope | undefined => scopes.getStore();

/** Notes who pays for the current request. */
export function paidBy(payer: string): void {
  const scope = currentScope();
  if (scope) scope.payer = payer;
}

/** Does something for a request or a job. */
export const within = <T>(scope: Scope, act: () => T): T => scopes.run(scope, act);

/** Begins what goes on for others, and after the request that happens to begin it. */
export const forEverybody = <T>(act: () => T): T => scopes.run(undefined, act);

/** Does a piece of work that the trace of its request tells of. */
export async function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  const span = currentScope()?.span?.child(name, attributes);
  if (!span) return work();
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end({}, error);
    throw error;
  }
}

const requestIds = new WeakMap<IncomingMessage, string>();

/** By what a request is known in logs: what a proxy, or the client, calls it where that is a plain name, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  let id = requestIds.get(request);
  if (id === undefined) {
    const given = request.headers['x-request-id'];
    id = typeof given === 'string' && /^[\w.-]{8,128}$/.test(given) ? given : newRequestId();
    requestIds.set(request, id);
  }
  return id;
}

/** A name that no other request has. It has no dashes: ids with them are those of objects. */
export const newRequestId = (): string => randomUUID().replaceAll('-', '');
