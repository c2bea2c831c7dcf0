import { GraphQLError } from 'graphql';
import type { TrustedDocumentsMode } from '../../config.js';
import { type AppError, invalid } from '../../errors.js';
import { limits } from '../limits.js';
import { hashOf } from './manifest.js';
import { Recent } from './recent.js';

/** How many documents that clients sent are kept, and how long the text of one may be. */
const kept = { documents: 500, characters: 10_000 };

/** What a client asks for by hash, as Apollo's clients write it. */
interface PersistedQuery {
  readonly version?: unknown;
  readonly sha256Hash?: unknown;
}

/** Documents that are known by a hash: those that were given, and those that clients sent once with their hash. */
export class TrustedDocuments {
  private readonly sent = new Recent<string>(kept.documents);
  private readonly givenTexts: ReadonlySet<string>;

  constructor(
    readonly mode: TrustedDocumentsMode,
    private readonly given: ReadonlyMap<string, string>,
  ) {
    this.givenTexts = new Set([...given.values()].map(hashOf));
  }

  /** The text behind a hash. */
  get(hash: string): string | undefined {
    return this.given.get(hash) ?? this.sent.get(hash);
  }

  /** Keeps a text by its hash, which the caller has compared. */
  keep(hash: string, text: string): void {
    if (this.mode === 'on' && text.length <= kept.characters && !this.given.has(hash)) this.sent.set(hash, text);
  }

  /** Whether the gateway was given a text beforehand. */
  isGiven(text: string): boolean {
    return this.givenTexts.size > 0 && text.length <= limits.characters && this.givenTexts.has(hashOf(text));
  }

  /** Throws unless a request may run: its text has to be one that may, and the one of the hash that comes with it. */
  check(query: unknown, extensions: unknown): void {
    const asked = this.mode === 'off' ? undefined : askedIn(extensions);
    if (asked && asked.version !== 1) throw wrong('version', 'Unsupported persisted query version: 1 is known.');
    if (typeof query !== 'string' || (asked && query === '')) return;
    if (this.mode === 'only' && !this.isGiven(query)) {
      throw refusal('Only documents that this gateway was given run here.', 'PERSISTED_QUERY_NOT_IN_LIST');
    }
    if (asked && asked.sha256Hash !== hashOf(query)) throw wrong('hash', 'provided sha does not match query');
  }

  /** The text that a request over the socket means; the HTTP door leaves what it has checked to Apollo Server, which does the same. */
  textOf({ query, extensions }: { query: string; extensions?: unknown }): string {
    this.check(query, extensions);
    const asked = askedIn(extensions);
    if (!asked) return query;
    if (this.mode === 'off') throw refusal('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');
    const hash = String(asked.sha256Hash);
    if (query === '') return this.get(hash) ?? notFound();
    this.keep(hash, query);
    return query;
  }
}

const askedIn = (extensions: unknown): PersistedQuery | null | undefined =>
  (extensions as { persistedQuery?: PersistedQuery } | null | undefined)?.persistedQuery;

/** What no client would send that knows what it asks for. */
const wrong = (what: string, message: string): AppError => invalid(['extensions', 'persistedQuery'], what, message);

const refusal = (message: string, code: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

/** Clients know it by this very text, and send the document with its hash. */
function notFound(): never {
  throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
}
