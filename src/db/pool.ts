import pg from 'pg';

/** Connections of which one that is ended just as it changes hands, when nobody listens to it, does not end the process. */
export class Pool extends pg.Pool {
  constructor(options: pg.PoolConfig) {
    super(options);
    // Whoever gets it hears of it from their statement.
    this.on('connect', (client) => client.on('error', () => undefined));
  }
}
