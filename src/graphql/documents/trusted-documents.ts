import { GraphQLError } from 'graphql';
import type { TrustedDocumentsMode } from '../../config.js';
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

  /** Throws unless a text may be run. */
  check(text: string): void {
    if (this.mode !== 'only' || this.isGiven(text)) return;
    throw refusal('Only documents that this gateway was given run here.', 'PERSISTED_QUERY_NOT_IN_LIST');
  }

  /** The text that a request over the socket means; the HTTP door leaves the hashes to Apollo Server, which does the same. */
  textOf({ query, extensions }: { query: string; extensions?: unknown }): string {
    const asked = (extensions as { persistedQuery?: PersistedQuery } | null | undefined)?.persistedQuery;
    if (!asked) {
      this.check(query);
      return query;
    }
    if (this.mode === 'off') throw refusal('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED');
    if (asked.version !== 1) throw refusal('Unsupported persisted query version', 'BAD_REQUEST');
    const hash = String(asked.sha256Hash);
    if (query === '') return this.get(hash) ?? notFound();
    this.check(query);
    if (hash !== hashOf(query)) throw refusal('provided sha does not match query', 'BAD_REQUEST');
    this.keep(hash, query);
    return query;
  }
}

const refusal = (message: string, code: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

/** Clients know it by this very text, and send the document with its hash. */
function notFound(): never {
  throw refusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
}
