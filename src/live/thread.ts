import type { SignedInViewer } from '../auth/viewer.js';
import { type Database, parameters } from '../db/database.js';
import { LogEntry } from '../entities/log-entry.js';
import type { Ticket } from '../entities/ticket.js';
import { isUnavailable } from '../errors.js';
import { expired } from './cursors.js';
import type { Doorbell } from './doorbell.js';
import { type Listener, Listeners, type RightsNow } from './listeners.js';
import { SharedRun } from './shared-run.js';

/** One of the two numberings of a conversation. */
export type Numbering = 'staffSeq' | 'publicSeq';

/** What of a ticket it takes to listen to it. */
export type Heard = Pick<Ticket, 'id' | 'staffSeq' | 'publicSeq' | 'accessVersion'>;

type Position = Pick<Ticket, Numbering>;

/** What every look tells, in each of its rows. */
interface Look extends RightsNow {
  readonly accessVersion: number;
  readonly isDeleted: boolean;
}

const rowsPerRead = 100;
/** When a database that did not answer is asked again, in milliseconds. */
const retryMs = 1_000;

/**
 * A conversation that somebody listens to, read once for all of them. A look is one statement that tells what is new, whether
 * the rights of the listeners have moved, and who may still see the ticket: it refuses those who may not before anybody is
 * called. The newest rows are kept, so that only who has fallen behind reads the log for themselves.
 */
export class Thread {
  /** Why nothing can be read any more. */
  failure: Error | undefined;
  isDeleted = false;
  /** Moves with everything that a look has brought to light. */
  news = 0;
  private window: LogEntry[] = [];
  private start: Position;
  private end: Position;
  private accessVersion: number;
  private looks = 0;
  private lastCame = 0;
  private retry: NodeJS.Timeout | undefined;
  private readonly id: string;
  private readonly waiting = new Set<() => void>();
  private readonly listeners: Listeners;
  private readonly shared = new SharedRun(() => this.read());
  private readonly unwatch: () => void;

  constructor(
    private readonly db: Database,
    doorbell: Doorbell,
    ticket: Heard,
    private readonly onEnd: () => void,
  ) {
    const { id, staffSeq, publicSeq, accessVersion } = ticket;
    this.id = id;
    this.start = this.end = { staffSeq, publicSeq };
    this.accessVersion = accessVersion;
    const ring = (): void => this.ring();
    this.listeners = new Listeners(doorbell, ring);
    this.unwatch = doorbell.watch(id, ring);
  }

  /** Takes in somebody who was found to see the ticket as it is given here; they have to `leave`. */
  listen(viewer: SignedInViewer, { accessVersion }: Heard): Listener {
    // Two that do not agree on what the rights were: the next look decides for all.
    if (accessVersion !== this.accessVersion) this.accessVersion = 0;
    const listener: Listener = { viewer, since: this.looks, refusal: undefined };
    this.lastCame = this.looks;
    this.listeners.add(listener);
    return listener;
  }

  /** Lets somebody go; after the last one nothing is read any more. */
  leave(listener: Listener): void {
    this.listeners.delete(listener);
    if (!this.listeners.isEmpty) return;
    clearTimeout(this.retry);
    this.unwatch();
    this.onEnd();
  }

  /** Looks at what is new and at everybody's rights, as they are after this call. */
  look(): Promise<void> {
    return this.shared.run();
  }

  /** What comes after a position, as far as it is known, the oldest first; CURSOR_EXPIRED when that is not there any more. */
  async after(numbering: Numbering, position: number): Promise<readonly LogEntry[]> {
    if (position >= this.end[numbering]) return [];
    if (position >= this.start[numbering]) return this.window.filter((entry) => (entry[numbering] ?? 0) > position);
    const { values, bind } = parameters();
    const entries = await this.db.query<LogEntry>(this.rowsAfter(bind(this.id), numbering, bind(position)), values);
    // The numbers have no holes: what is missing was cleared away.
    if (entries[0]?.[numbering] !== position + 1) throw expired(['after']);
    // What is newer than the last look is told by the next one: nobody may be ahead of what the others know.
    return entries.filter((entry) => (entry[numbering] ?? 0) <= this.end[numbering]);
  }

  /** Where what is known ends. */
  endOf(numbering: Numbering): number {
    return this.end[numbering];
  }

  /** Calls back once, at the next news; the answer takes that back. */
  wait(listener: () => void): () => void {
    this.waiting.add(listener);
    return () => this.waiting.delete(listener);
  }

  private ring(): void {
    clearTimeout(this.retry);
    this.look().catch((error: Error) => {
      if (isUnavailable(error)) {
        if (!this.listeners.isEmpty) this.retry = setTimeout(() => this.ring(), retryMs);
        return;
      }
      this.failure = error;
      this.onEnd();
      this.tell();
    });
  }

  private async read(): Promise<void> {
    const look = ++this.looks;
    const asked = this.accessVersion;
    const { values, bind } = parameters();
    const id = bind(this.id);
    const [ids, versions] = this.listeners.asArrays;
    const rows = await this.db.query<LogEntry & Look>(
      `select t.access_version as "accessVersion", t.deleted_at is not null as "isDeleted",
         case when t.access_version <> ${bind(asked)} then jsonb_build_object('authorIds', t.author_ids,
           'memberIds', t.member_ids, 'accessLevel', t.access_level, 'organizationId', t.organization_id,
           'projectId', t.project_id) end as access,
         (select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'version', l.version, 'isActive', u.is_active)), '[]')
          from unnest(${bind(ids)}::uuid[], ${bind(versions)}::int[]) as l(id, version)
          left join users u on u.id = l.id
          where u.is_active is not true or u.access_version <> l.version) as moved,
         entry.*
       from tickets t left join lateral (${this.rowsAfter(id, 'staffSeq', bind(this.end.staffSeq))}) entry on true
       where t.id = ${id}`,
      values,
    );
    const [found] = rows;
    if (found && found.ticketId !== null && found.staffSeq !== this.end.staffSeq + 1) throw expired(['after']);
    const refused = this.listeners.refuse(found, look);
    const wasDeleted = this.isDeleted;
    this.isDeleted = found?.isDeleted ?? true;
    if (found?.access && this.accessVersion === asked) {
      // Who came meanwhile is asked next time.
      this.accessVersion = this.lastCame >= look ? 0 : found.accessVersion;
    }
    const entries = rows.flatMap((row) => (row.ticketId === null ? [] : [entryOf(row)]));
    for (const entry of entries) this.append(entry);
    if (refused || entries.length > 0 || wasDeleted !== this.isDeleted) this.tell();
    if (entries.length === rowsPerRead) this.ring();
  }

  private append(entry: LogEntry): void {
    this.window.push(entry);
    this.end = { staffSeq: entry.staffSeq, publicSeq: entry.publicSeq ?? this.end.publicSeq };
    if (this.window.length <= rowsPerRead) return;
    const oldest = this.window.shift();
    if (oldest) this.start = { staffSeq: oldest.staffSeq, publicSeq: oldest.publicSeq ?? this.start.publicSeq };
  }

  private tell(): void {
    this.news++;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const listener of waiting) listener();
  }

  private rowsAfter(id: string, numbering: Numbering, position: string): string {
    const seq = this.db.column(LogEntry, numbering);
    return `select ${this.db.columns(LogEntry, 'c')} from conversation_log c
      where c.ticket_id = ${id} and c.${seq} > ${position} order by c.${seq} limit ${rowsPerRead}`;
  }
}

/** What is kept of a row that was found: not what it tells of the look. */
const entryOf = ({
  accessVersion: _,
  isDeleted: _is,
  access: _access,
  moved: _moved,
  ...entry
}: LogEntry & Look): LogEntry => entry;

/** The threads of this process that somebody listens to. */
export class Threads {
  private readonly open = new Map<string, Thread>();

  constructor(
    private readonly db: Database,
    private readonly doorbell: Doorbell,
  ) {}

  /** The one thread of a ticket, from now on until its last listener leaves. */
  of(ticket: Heard): Thread {
    const known = this.open.get(ticket.id);
    if (known) return known;
    const thread: Thread = new Thread(this.db, this.doorbell, ticket, () => {
      if (this.open.get(ticket.id) === thread) this.open.delete(ticket.id);
    });
    this.open.set(ticket.id, thread);
    return thread;
  }
}
