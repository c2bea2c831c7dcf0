import type { Database } from '../../db/database.js';
import { Hopeless, type Job, Outage } from '../../db/jobs.js';
import type { MailLocale } from '../../config.js';
import { letters, type Letter, type CommentInLetter } from '../../mail/letters.js';
import { MailError, type Mailer } from '../../mail/mailer.js';
import { findReader, type Span, unreadBy } from './readers.js';

/** A letter that was promised; what it says is found out when it is sent, under the rights of then. */
export type MailOrder =
  | { readonly letter: 'contacts'; readonly ticketId: string; readonly address: string }
  | ({ readonly letter: 'digest'; readonly ticketId: string; readonly userId: string } & Span);

interface Addressed extends Letter {
  readonly to: string;
}

const longestDigest = 50;

/** Writes letters and hands them to the mail server. */
export class Post {
  constructor(
    private readonly db: Database,
    private readonly mailer: Mailer,
    private readonly style: { readonly ticketPrefix: string; readonly mailLocale: MailLocale },
  ) {}

  /** Does a job of the queue `mail`: one letter to one address, under an id that is the same for every attempt. */
  async deliver({ id, data }: Job): Promise<void> {
    const mail = await this.write(data as MailOrder);
    if (!mail) return;
    try {
      await this.mailer.send({ id, ...mail });
    } catch (error) {
      throw error instanceof MailError ? this.explained(error) : error;
    }
  }

  private explained(error: MailError): Error {
    if (error.fault === 'refusal') return new Hopeless(error.message, { cause: error.cause });
    if (error.fault === 'delay') return error;
    return new Outage(error.message, () => this.mailer.isReachable(), { cause: error.cause });
  }

  /** The letter as it has to be now; null where there is nothing to say any more, or nobody to say it to. */
  private async write(order: MailOrder): Promise<Addressed | null> {
    const [ticket] = await this.db.query<{ humanId: string; title: string }>(
      `select $2 || '-' || number as "humanId", title from tickets where id = $1 and deleted_at is null`,
      [order.ticketId, this.style.ticketPrefix],
    );
    if (!ticket) return null;
    const { mailLocale } = this.style;
    if (order.letter === 'contacts') return { to: order.address, ...letters[mailLocale].contacts(ticket) };
    const reader = await findReader(this.db, order.ticketId, order.userId);
    const comments = reader ? await this.comments(order) : [];
    if (!reader || comments.length === 0) return null;
    const shown = comments.slice(0, longestDigest);
    const texts = letters[languageOf(reader.locale) ?? mailLocale];
    return { to: reader.email, ...texts.digest(ticket, shown, comments.length - shown.length) };
  }

  private comments({ ticketId, userId, after, upTo }: MailOrder & { letter: 'digest' }): Promise<CommentInLetter[]> {
    return this.db.query(
      `select a.name as author, c.sent_at as "sentAt", c.body from comments c join users a on a.id = c.author_id
       where ${unreadBy('$2', '$1', { after: '$3', upTo: '$4' })} order by c.public_seq`,
      [ticketId, userId, after, upTo],
    );
  }
}

/** Language of letters that a BCP 47 tag asks for, whatever its script and region; null where there are no letters in it. */
function languageOf(locale: string | null): MailLocale | null {
  const [language] = locale?.toLowerCase().split(/[-_]/) ?? [];
  return language !== undefined && Object.hasOwn(letters, language) ? (language as MailLocale) : null;
}
