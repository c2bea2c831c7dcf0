import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import WebSocket from 'ws';
import { type App, type AppOptions, createApp } from '../../src/app.js';
import { signToken } from '../../src/auth/token.js';
import { type Config, loadConfig } from '../../src/config.js';
import { createDataSource, type DatabaseAddress } from '../../src/db/data-source.js';
import { createLogger, type Logger } from '../../src/logger.js';
import { Listener } from './listener.js';
import { StatementCounter } from './statement-counter.js';

declare global {
  // The environment of the tests makes it.
  var testDatabase: DatabaseAddress;
}

/** The key of the tests' tokens. */
export const secret = 'a secret that only the tests of this gateway know';

/** Whether the tests run on a server, which can show what the embedded engine with its one session can't. */
export const onServer = (): boolean => 'url' in globalThis.testDatabase;

/** What a token is made of. */
export interface Person {
  role: 'customer' | 'agent' | 'admin';
  organization?: string;
  projects?: string[];
  email?: string;
  name?: string;
  locale?: string;
}

/** An answer over HTTP; data is typed where the document is. */
export interface Answer<T> {
  data?: T | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; argument?: string[] } }[];
}

type Document<T, V> = TypedDocumentNode<T, V> | string;

/** Somebody at both doors of a gateway. */
export class Actor {
  private socket: Client | undefined;

  constructor(
    readonly url: string,
    readonly token: string | undefined,
  ) {}

  /** Sends an operation over HTTP. */
  async send<T = any, V = Record<string, unknown>>(document: Document<T, V>, variables?: V): Promise<Answer<T>> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(this.token && { Authorization: `Bearer ${this.token}` }) },
      body: JSON.stringify({ query: typeof document === 'string' ? document : print(document), variables }),
    });
    return (await response.json()) as Answer<T>;
  }

  /** Sends an operation and returns its data; any error fails the test. */
  async run<T = any, V = Record<string, unknown>>(document: Document<T, V>, variables?: V): Promise<T> {
    const { data, errors } = await this.send(document, variables);
    if (errors || !data) throw new Error(`the operation failed: ${JSON.stringify(errors)}`);
    return data;
  }

  /** Subscribes over the actor's socket; what arrives is kept until somebody asks for it. */
  subscribe<T = any, V = Record<string, unknown>>(document: Document<T, V>, variables?: V): Listener<T> {
    this.socket ??= createClient({
      url: this.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazyCloseTimeout: 50,
      ...(this.token && { connectionParams: { authorization: `Bearer ${this.token}` } }),
    });
    const query = typeof document === 'string' ? document : print(document);
    return new Listener<T>(this.socket, { query, variables: variables as Record<string, unknown> });
  }

  /** Closes the socket. */
  async leave(): Promise<void> {
    await this.socket?.dispose();
  }
}

const ownFolder = join(tmpdir(), 'gateway-of-tests-');

/** A gateway on the test file's database, and people who use it. */
export class TestGateway {
  private readonly actors: Actor[] = [];

  private constructor(
    readonly app: App,
    readonly statements: StatementCounter,
    readonly config: Config,
  ) {}

  /** Starts one on a free port; it does no jobs, plans no digests and limits nobody unless it is told to. */
  static async start(
    environment: Record<string, string> = {},
    logger?: Logger,
    {
      jobs = false,
      ...options
    }: Pick<AppOptions, 'jobs' | 'mailLimits' | 'quotaSeconds' | 'clock' | 'sockets' | 'plans'> = {},
  ): Promise<TestGateway> {
    const address = globalThis.testDatabase;
    const statements = new StatementCounter();
    const config = loadConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      JWT_SECRET: secret,
      INTROSPECTION: 'on',
      LOG_LEVEL: 'error',
      DATA_DIR: `${ownFolder}${randomUUID()}`,
      MAIL_DIGEST_SECONDS: 'off',
      RATE_LIMITS: 'off',
      COST_PER_MINUTE: 'off',
      ...('url' in address && { DATABASE_URL: address.url }),
      ...environment,
    });
    const dataSource = await createDataSource(address, statements).initialize();
    const app = await createApp(config, {
      database: { dataSource, migrated: [], close: () => dataSource.destroy() },
      tokens: { key: config.tokenKey ?? { secret }, issuer: config.tokenIssuer, audience: config.tokenAudience },
      logger: logger ?? createLogger(config.logLevel),
      jobs,
      ...options,
    });
    return new TestGateway(app, statements, config);
  }

  get url(): string {
    return this.app.url;
  }

  /** Somebody with a token of their own; a new person unless the e-mail address says otherwise. */
  async signIn({ role, email = `${randomUUID()}@example.com`, ...claims }: Person): Promise<Actor> {
    return this.withToken(await signToken(secret, { sub: email, email, role, ...claims }, { hours: 1 }));
  }

  /** Somebody with this token, or with none. */
  withToken(token?: string): Actor {
    const actor = new Actor(this.url, token);
    this.actors.push(actor);
    return actor;
  }

  /** A customer, a teammate of the same new organization, a stranger of another, an agent and an admin. */
  async cast(): Promise<Record<'customer' | 'teammate' | 'stranger' | 'agent' | 'admin', Actor>> {
    const organization = newHumanId('ORG');
    return {
      customer: await this.signIn({ role: 'customer', organization, name: 'Customer' }),
      teammate: await this.signIn({ role: 'customer', organization, name: 'Teammate' }),
      stranger: await this.signIn({ role: 'customer', organization: newHumanId('ORG'), name: 'Stranger' }),
      agent: await this.signIn({ role: 'agent', name: 'Agent' }),
      admin: await this.signIn({ role: 'admin', name: 'Admin' }),
    };
  }

  /** Stops it and everybody's sockets. */
  async stop(): Promise<void> {
    await Promise.all(this.actors.map((actor) => actor.leave()));
    await this.app.stop();
    // A folder that somebody else made is theirs.
    if (this.config.dataDir.startsWith(ownFolder)) await rm(this.config.dataDir, { recursive: true, force: true });
  }
}

/** A human id that no other test has. */
export const newHumanId = (prefix: string): string => `${prefix}-${Math.trunc(Math.random() * 1e15)}`;
