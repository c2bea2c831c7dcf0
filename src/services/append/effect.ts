/** A field of the API and SQL of the text that it had and gets; where the two differ, a TicketUpdated tells so. */
interface ToldField {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What an addition does, as parts of the closing statement: in them `locked` is the ticket as it was. */
export interface Effect {
  /** Columns of the ticket, known before the events are numbered: `wanted` has them. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly told?: readonly ToldField[];
  /** Further assignments to columns of the ticket; `numbered` and `now` are there too. */
  readonly sets?: readonly string[];
  /** Statements that write other tables. */
  readonly writes?: readonly string[];
}
