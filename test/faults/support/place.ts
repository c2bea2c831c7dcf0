import { Program } from '../../lifecycle/process.js';
import { freePort } from '../../support/free-port.js';
import { secret } from '../../support/gateway.js';

/** Where a gateway listens, one process after the other. */
export class Place {
  /** All processes that were there, the last one included. */
  readonly programs: Program[] = [];
  /** Resolves once the gateway that is there, or the next one, can be used. */
  ready: Promise<unknown>;

  private constructor(
    private readonly port: number,
    private readonly variables: Record<string, string>,
  ) {
    this.ready = this.start();
  }

  /** Starts a first gateway on a port of its own. */
  static async open(variables: Record<string, string>): Promise<Place> {
    const quiet = { LOG_LEVEL: 'error', MAIL_DIGEST_SECONDS: 'off', RATE_LIMITS: 'off' };
    const place = new Place(await freePort(), { ...quiet, HOST: '127.0.0.1', JWT_SECRET: secret, ...variables });
    await place.ready;
    return place;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  /** The process of the gateway that is there. */
  get pid(): number {
    return this.programs.at(-1)?.child.pid ?? NaN;
  }

  /** What they all have printed. */
  get output(): string {
    return this.programs.map(({ output }) => output).join('');
  }

  /** Ends the gateway, and starts another one as soon as it has ended; answers how it did. */
  async restart(signal: NodeJS.Signals): Promise<number | string | null> {
    const ended = this.end(signal);
    this.ready = ended.then(() => this.start());
    return ended;
  }

  /** Starts another gateway, with variables beside those of before; resolves once it can be used. */
  begin(variables: Record<string, string> = {}): Promise<unknown> {
    Object.assign(this.variables, variables);
    this.ready = this.start();
    return this.ready;
  }

  /** Ends the gateway for good. */
  end(signal: NodeJS.Signals): Promise<number | string | null> {
    return (this.programs.at(-1) as Program).stop(signal);
  }

  /** Starts one, and another where the database did not answer it in time, as whoever looks after processes does. */
  private async start(): Promise<void> {
    for (;;) {
      const program = new Program({ ...this.variables, PORT: String(this.port) });
      this.programs.push(program);
      const isReady = await program.ready().then(
        () => true,
        (error: unknown) => {
          if (!/^DATABASE_URL: .* can not be reached/m.test(program.output)) throw error;
          return false;
        },
      );
      if (isReady) return;
    }
  }
}
