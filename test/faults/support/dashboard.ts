import type { Resumable } from '../../../src/client/index.js';
import { type FeedEvent, followTickets } from '../../feed/support.js';

const positionIn = (cursor: string): number => Number(Buffer.from(cursor, 'base64url').toString().split('.')[2]);

/** Follows all tickets, and notes of each how many places of the feed were told as its own. */
export class Watcher {
  /** By ticket, how many of its events were told. */
  readonly told = new Map<string, number>();
  private readonly versions = new Map<string, number>();
  private readonly waiting = new Map<string, () => void>();

  constructor(
    private readonly live: Resumable,
    private readonly start: string,
  ) {}

  /** Waits until a ticket has been told of. */
  async sees(ticketId: string): Promise<void> {
    if (!this.told.has(ticketId)) await new Promise<void>((resolve) => this.waiting.set(ticketId, resolve));
  }

  /** Listens until the client is disposed of; every place in the feed has to be told once, and in its order. */
  async follow(): Promise<void> {
    let position = positionIn(this.start);
    const payload = { query: followTickets, variables: { after: this.start } };
    for await (const { data } of this.live.iterate<{ ticketFeed: FeedEvent & { ticket: { version: number } | null } }>(
      payload,
    )) {
      const { cursor, change, ticketId, ticket } = data!.ticketFeed;
      const places = positionIn(cursor) - position;
      position += places;
      if (ticketId === null) {
        expect({ change, places }).toEqual({ change: 'CHECKPOINT', places: 0 });
        continue;
      }
      const known = this.told.get(ticketId);
      expect(places).toBeGreaterThan(0);
      expect(change).toBe(known === undefined ? 'ENTERED' : 'UPDATED');
      expect(ticket!.version).toBeGreaterThanOrEqual(this.versions.get(ticketId) ?? 0);
      this.told.set(ticketId, (known ?? 0) + places);
      this.versions.set(ticketId, ticket!.version);
      this.waiting.get(ticketId)?.();
    }
  }
}
