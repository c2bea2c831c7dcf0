import type { PGlite } from '@electric-sql/pglite';
import type { FromWorker } from './messages.js';
import { Turns } from './turns.js';
import { type Answer, errorFrame, ProtocolViolation, readAnswer, type Request, RequestReader, SYNC } from './wire.js';

interface Session {
  id: number;
  reader: RequestReader;
  started: boolean;
  ended: boolean;
}

/** Where the server's words go: to the main thread, without a copy of what is transferred. */
export type Tell = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

/** Serves any number of clients with the one session that the engine has, a whole batch or transaction at a time. */
export class WireServer {
  private readonly sessions = new Map<number, Session>();
  private readonly turns: Turns;
  private upkeptAt: unknown;

  constructor(
    private readonly db: PGlite,
    private readonly clock: BigInt64Array,
    private readonly tell: Tell,
    onFailure: (error: unknown) => void,
  ) {
    this.turns = new Turns(onFailure);
  }

  /** Takes bytes that a client wrote; a new id is a new connection. */
  receive(id: number, bytes: Uint8Array): void {
    const session = this.sessions.get(id) ?? { id, reader: new RequestReader(), started: false, ended: false };
    this.sessions.set(id, session);
    try {
      for (const request of session.reader.read(bytes)) {
        if (session.ended) return;
        this.accept(session, request);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.send(id, errorFrame('FATAL', '08P01', error.message));
      this.end(id);
    }
  }

  /** Ends a connection after what it has already asked for; its open transaction is rolled back. */
  end(id: number): void {
    const session = this.sessions.get(id);
    if (session?.ended) return;
    if (!session) return this.tell({ type: 'end', id });
    session.ended = true;
    this.turns.take(session, async () => {
      this.sessions.delete(id);
      await this.leaveEngineClean();
      this.tell({ type: 'end', id });
      return false;
    });
  }

  /** Sends a tar of the whole database, taken between two transactions. */
  dump(): void {
    this.turns.take(undefined, async () => {
      await this.db.exec('CHECKPOINT');
      const tar = await (await this.db.dumpDataDir('none')).arrayBuffer();
      this.tell({ type: 'dumped', tar: new Uint8Array(tar) }, [tar]);
      return false;
    });
  }

  /** Does between two transactions what autovacuum and checkpointer do elsewhere, if anything was written since. */
  upkeep(): void {
    this.turns.take(undefined, async () => {
      try {
        if ((await this.writtenTo()) === this.upkeptAt) return false;
        await this.db.exec('VACUUM (ANALYZE)');
        await this.db.exec('CHECKPOINT');
        this.upkeptAt = await this.writtenTo();
      } catch (error) {
        process.emitWarning(`The upkeep of the embedded database failed: ${(error as Error).message}`);
      }
      return false;
    });
  }

  /** Closes the engine after everything that was asked before, then calls `done`. */
  close(done: () => void): void {
    this.turns.take(undefined, async () => {
      await this.db.close();
      done();
      return false;
    });
  }

  private accept(session: Session, request: Request): void {
    if (request.kind === 'end') this.end(session.id);
    else if (request.kind === 'encryption') this.send(session.id, Buffer.from('N'));
    else this.turns.take(session, () => this.serve(session, request));
  }

  private async serve(session: Session, request: Request & { kind: 'batch' }): Promise<boolean> {
    const answer = await this.run(request.bytes);
    session.started ||= request.startup;
    for (const { id, started } of this.sessions.values()) {
      if (started) for (const notification of answer.notifications) this.send(id, notification);
    }
    this.send(session.id, answer.bytes);
    if (request.flush) return true;
    return this.statusOf(answer) !== 'I';
  }

  private async leaveEngineClean(): Promise<void> {
    if (this.statusOf(await this.run(SYNC)) !== 'I') await this.db.exec('ROLLBACK');
    // Settings, prepared statements and LISTENs belong to the engine: they can go only when nobody is left to miss them.
    if (this.sessions.size === 0) await this.db.exec('DISCARD ALL');
  }

  private async run(batch: Uint8Array): Promise<Answer> {
    const chunks: Uint8Array[] = [];
    const onRawData = (chunk: Uint8Array): void => void chunks.push(chunk.slice());
    Atomics.store(this.clock, 0, process.hrtime.bigint());
    await this.db.runExclusive(() => this.db.execProtocolRawStream(batch, { onRawData }));
    Atomics.store(this.clock, 0, 0n);
    return readAnswer(Buffer.concat(chunks));
  }

  private statusOf({ status }: Answer): string {
    if (status === undefined) throw new Error('it did not finish its answer to a statement');
    return status;
  }

  private async writtenTo(): Promise<unknown> {
    const { rows } = await this.db.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return rows[0]?.lsn;
  }

  private send(id: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // A small Buffer is a view of memory that others use too: only a copy of its own can be sent.
    const copy = new Uint8Array(bytes);
    this.tell({ type: 'data', id, bytes: copy }, [copy.buffer]);
  }
}
