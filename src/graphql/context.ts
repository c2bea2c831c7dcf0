import { createParameterDecorator } from 'type-graphql';
import { isSignedIn, type SignedInViewer, type Viewer } from '../auth/viewer.js';
import type { Database } from '../db/database.js';
import { type Once, wasDone } from '../db/unit-of-work.js';
import { unauthenticated } from '../errors.js';
import { type Columns, createLoaders, type Loaders } from '../loaders/loaders.js';
import type { Reader } from '../plans/ahead/prefetch.js';
import type { Call } from '../services/call.js';
import type { Conversations } from '../services/conversations.js';
import type { Cost } from '../services/cost-budget.js';
import type { TicketFeeds } from '../services/ticket-feeds.js';
import { acceptedLocales } from './lookup/names.js';

/** What resolvers get: who asks, and loaders that see with their eyes. */
export class Context {
  /** The mutation that is running. */
  call: Call | undefined;
  /** By what the request is known when it is sent again; mutations without a key of their own go by it. */
  requestKey: string | undefined;
  /** Who pays for the operation. */
  payer = '';
  /** What it costs, where that is counted. */
  cost: Cost | undefined;
  /** How long to wait before what was refused may be tried again. */
  retryAfterMs: number | undefined;
  /** Finds out who asks, where that was only recalled; nobody may be answered before. */
  confirmation: (() => Promise<Viewer>) | undefined;
  private columns: Columns | undefined;
  private current: Loaders | undefined;
  private accepted: readonly string[] | undefined;

  constructor(
    private who: Viewer,
    private readonly db: Database,
    /** Where subscriptions begin: they have no resolver instance. */
    readonly conversations: Conversations,
    readonly feeds: TicketFeeds,
    private readonly acceptLanguage?: string,
  ) {}

  /** Who asks, or nobody known. */
  get identity(): Viewer {
    return this.who;
  }

  /** Finds out who asks now. */
  async confirm(): Promise<void> {
    const { confirmation } = this;
    if (!confirmation) return;
    this.confirmation = undefined;
    this.who = await confirmation();
    this.forget();
  }

  /** Who asks; UNAUTHENTICATED for nobody known. */
  get viewer(): SignedInViewer {
    if (!isSignedIn(this.identity)) throw unauthenticated();
    return this.identity;
  }

  /** Whether a mutation was carried out under its key before. */
  wasDone(once: Once): Promise<boolean> {
    return wasDone(this.db.primary, once);
  }

  /** The locales that the client asks for names in, the most wanted first. */
  get locales(): readonly string[] {
    this.accepted ??= acceptedLocales(this.acceptLanguage);
    return this.accepted;
  }

  /** Loaders of this operation, or since its last mutation. */
  get loaders(): Loaders {
    this.current ??= createLoaders(this.db, this.viewer, this.columns);
    return this.current;
  }

  /** What reads ahead for the loaders. */
  get reader(): Reader {
    return { db: this.db, viewer: this.viewer, loaders: this.loaders };
  }

  /** Whether the resolvers get no more of tickets and comments than what is answered. */
  get isWritten(): boolean {
    return this.columns !== undefined;
  }

  /** Says what is read of tickets and comments from now on; all their columns when nothing is said. */
  readAs(columns: Columns | undefined): void {
    this.columns = columns;
    this.forget();
  }

  /** Forgets what was read, because something was written. */
  forget(): void {
    this.current = undefined;
  }

  /** The same viewer with nothing read yet: each event of a subscription gets one. */
  fresh(): Context {
    return new Context(this.identity, this.db, this.conversations, this.feeds, this.acceptLanguage);
  }
}

/** Hands a mutation's resolver the call that it serves. */
export const CurrentCall = (): ReturnType<typeof createParameterDecorator> =>
  createParameterDecorator<Context>(({ context }) => context.call);
