import type { RedisClientType } from 'redis';
import type { Logger } from '../logger.js';

class RedisAway extends Error {
  constructor() {
    super('Redis does not answer');
  }
}

/**
 * How long an answer may take: after that nothing is asked until Redis is heard of again. It is not the time that counts but how
 * often this process has looked whether there is one: while it is busy with something else, nobody is late.
 */
const patienceTicks = 10;
const tickMs = 10;
/** How long the start waits for Redis, in milliseconds: who can be reached is used from the first request on. */
const startMs = 500;
/** How long nothing is told of further commands that are refused, in milliseconds. */
const quietMs = 60_000;
const consequence = 'hints may take a second, and each gateway counts for itself';

/**
 * What several gateways have in common beside their database, and what each of them can do without: a command fails at once
 * where Redis is away, and after a tenth of a second where it has just fallen silent. Connections are made anew for as long as it takes.
 */
export class Redis {
  private isSilent = false;
  private isDown = false;
  private refusedAt = -Infinity;

  /** `commands` carries what is asked, `hearing` what is subscribed to; every key and channel begins with `namespace`. */
  constructor(
    private readonly commands: RedisClientType,
    readonly hearing: RedisClientType,
    readonly namespace: string,
    private readonly logger: Logger,
  ) {
    for (const client of [commands, hearing]) {
      client.on('error', (error: Error) => this.lost(error));
      client.on('ready', () => this.found());
    }
    commands.on('ready', () => this.returned());
    commands.on('ping-interval', () => this.heard());
  }

  /** The connection of the commands, for libraries that send them by themselves: inside `ask` alone. */
  get client(): RedisClientType {
    return this.commands;
  }

  /** Whether both connections stand, and Redis answers. */
  get isConnected(): boolean {
    return this.isAnswering && this.hearing.isReady;
  }

  /** Begins to connect, and goes on in the background where that takes its time. */
  async open(): Promise<void> {
    const connecting = Promise.all([this.commands, this.hearing].map((client) => client.connect()));
    // It fails only when it is given up: what goes wrong before is heard of as an event.
    connecting.catch((error: unknown) => this.logger.debug({ error }, 'Redis was given up'));
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise((resolve) => (timer = setTimeout(resolve, startMs)));
    await Promise.race([connecting, waited]);
    clearTimeout(timer);
  }

  /** What Redis answers to a command; throws, at once or after a moment, where it does not. */
  async ask<T>(command: (client: RedisClientType) => Promise<T>): Promise<T> {
    if (!this.isAnswering) throw new RedisAway();
    const answer = command(this.commands);
    const heard = (): void => this.heard();
    answer.then(heard, heard);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      let ticks = 0;
      timer = setInterval(() => ++ticks === patienceTicks && reject(new RedisAway()), tickMs);
    });
    try {
      return await Promise.race([answer, tooLate]);
    } catch (error) {
      if (error instanceof RedisAway) this.isSilent = true;
      if (this.isAnswering) this.refused(error as Error);
      else this.lost(error as Error);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends both connections. */
  close(): void {
    for (const client of [this.commands, this.hearing]) client.destroy();
  }

  private get isAnswering(): boolean {
    return this.commands.isReady && !this.isSilent;
  }

  /** However late, it is a sign of life; what is left unanswered when the connection ends is none. */
  private heard(): void {
    if (this.isSilent && this.commands.isReady) this.returned();
  }

  private returned(): void {
    this.isSilent = false;
    this.found();
  }

  private lost(error: Error): void {
    if (this.isDown) return;
    this.isDown = true;
    this.logger.warn({ error }, `Redis is away: ${consequence}`);
  }

  /** It is there, and says no: its memory is full, say, or a right is missing. */
  private refused(error: Error): void {
    if (performance.now() - this.refusedAt < quietMs) return;
    this.refusedAt = performance.now();
    this.logger.warn({ error }, `Redis refuses a command: ${consequence}`);
  }

  private found(): void {
    if (!this.isDown || !this.isConnected) return;
    this.isDown = false;
    this.logger.info('Redis is there again');
  }
}
