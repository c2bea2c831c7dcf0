interface Turn {
  owner: unknown;
  work: () => Promise<boolean>;
}

/** Gives the one engine to one piece of work at a time, first come first served, but keeps it for an owner who is not done. */
export class Turns {
  private readonly waiting: Turn[] = [];
  private holder: unknown;
  private running = false;

  constructor(private readonly onFailure: (error: unknown) => void) {}

  /** Queues work that answers whether its owner keeps the engine; then nobody else gets a turn until the owner lets go. */
  take(owner: unknown, work: () => Promise<boolean>): void {
    this.waiting.push({ owner, work });
    if (!this.running) this.run().catch(this.onFailure);
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let turn = this.next(); turn; turn = this.next()) {
      this.holder = (await turn.work()) ? turn.owner : undefined;
    }
    this.running = false;
  }

  private next(): Turn | undefined {
    if (this.holder === undefined) return this.waiting.shift();
    const index = this.waiting.findIndex((turn) => turn.owner === this.holder);
    return index < 0 ? undefined : this.waiting.splice(index, 1)[0];
  }
}
