/** A pause that can be cut short. */
export class Pause {
  private isRung = false;
  private wake: (() => void) | undefined;

  /** Ends the pause, or the next one before it begins. */
  ring(): void {
    this.isRung = true;
    this.wake?.();
  }

  /** Waits so long, or until somebody rings. */
  async of(ms: number): Promise<void> {
    if (!this.isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isRung = false;
  }
}
