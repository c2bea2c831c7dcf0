import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Logger } from '../logger.js';
import type { Redis } from '../redis/redis.js';
import { type Bus, feedHint, LocalBus, writtenHint } from './bus.js';
import { SharedRun } from './shared-run.js';

/** Over how many channels the ids are spread; all gateways have to agree on it. */
const shards = 64;
const withoutShard: readonly string[] = [feedHint, writtenHint];

/**
 * A doorbell for all gateways on one Redis, by PUBLISH and SUBSCRIBE; rings at once in this process. It listens to the channels
 * that somebody here waits for a hint of.
 */
export class RedisBus implements Bus {
  /** Goes before the hints: who rang at once here need not be rung by the echo. */
  private readonly name = randomUUID();
  private readonly local = new LocalBus();
  private readonly waiting = new Set<string>();
  private gathering: NodeJS.Immediate | undefined;
  /** How many wait for hints of each channel. */
  private readonly wanted = new Map<string, number>();
  /** Those that are subscribed to whenever there is a connection. */
  private readonly heard = new Set<string>();
  private readonly settling = new SharedRun(() => this.settle());

  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
  ) {
    // What was heard before is subscribed to by then.
    redis.hearing.on('ready', () => this.listen());
  }

  publish(hints: readonly string[]): void {
    this.local.publish(hints);
    this.tellOthers(hints);
  }

  subscribe(hint: string, listener: () => void): () => void {
    const unsubscribe = this.local.subscribe(hint, listener);
    const channel = this.channelOf(hint);
    const before = this.wanted.get(channel) ?? 0;
    this.wanted.set(channel, before + 1);
    if (before === 0) this.listen();
    return () => {
      unsubscribe();
      const left = (this.wanted.get(channel) ?? 1) - 1;
      if (left > 0) this.wanted.set(channel, left);
      else if (this.wanted.delete(channel)) this.listen();
    };
  }

  async close(): Promise<void> {
    clearImmediate(this.gathering);
    this.wanted.clear();
    await this.local.close();
  }

  private channelOf(hint: string): string {
    const name = withoutShard.includes(hint) ? hint : crc32(hint) % shards;
    return `${this.redis.namespace}:hints:${name}`;
  }

  private tellOthers(hints: readonly string[]): void {
    for (const hint of hints) this.waiting.add(hint);
    this.gathering ??= setImmediate(() => void this.flush());
  }

  /** One message for each channel: what is said in one turn goes together. */
  private async flush(): Promise<void> {
    this.gathering = undefined;
    const messages = new Map<string, string[]>();
    for (const hint of this.waiting) {
      const channel = this.channelOf(hint);
      messages.set(channel, [...(messages.get(channel) ?? [this.name]), hint]);
    }
    this.waiting.clear();
    const sending = [...messages].map(([channel, message]) =>
      this.redis.ask((client) => client.publish(channel, message.join())),
    );
    try {
      await Promise.all(sending);
    } catch {
      // Redis has told the log what is the matter; the other gateways find the news when they look, within a second.
    }
  }

  private listen(): void {
    this.settling.run().catch((error: unknown) => {
      // Without a connection it is done anew once there is one.
      const level = this.redis.hearing.isReady ? 'warn' : 'debug';
      this.logger[level]({ error }, 'channels could not be subscribed to: news is found within a second');
    });
  }

  private async settle(): Promise<void> {
    const { hearing } = this.redis;
    if (!hearing.isReady) return;
    const missing = [...this.wanted.keys()].filter((channel) => !this.heard.has(channel));
    const unwanted = [...this.heard].filter((channel) => !this.wanted.has(channel));
    if (missing.length > 0) {
      await hearing.subscribe(missing, this.take);
      for (const channel of missing) this.heard.add(channel);
    }
    if (unwanted.length > 0) {
      await hearing.unsubscribe(unwanted, this.take);
      for (const channel of unwanted) this.heard.delete(channel);
    }
  }

  private readonly take = (message: string): void => {
    const [sender, ...hints] = message.split(',');
    if (sender !== this.name) this.local.publish(hints);
  };
}
