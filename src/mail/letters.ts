import type { MailLocale } from '../config.js';

/** What a letter says. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

/** The ticket that a letter is about. */
interface TicketInLetter {
  readonly humanId: string;
  readonly title: string;
}

/** A comment, as a digest tells of it. */
export interface CommentInLetter {
  readonly author: string;
  readonly sentAt: Date;
  readonly body: string;
}

interface Templates {
  readonly contacts: (ticket: TicketInLetter) => Letter;
  readonly digest: (ticket: TicketInLetter, comments: readonly CommentInLetter[], more: number) => Letter;
}

const longestTitle = 120;
const longestBody = 2_000;

/** Every text that is mailed, in every language. */
export const letters: Readonly<Record<MailLocale, Templates>> = {
  en: {
    contacts: (ticket) =>
      letter(
        ticket,
        'please confirm your contact details',
        `You are a contact for the support ticket ${named(ticket)}.`,
        'We write to this address when there is news of it. If that is right, you need not do anything. If it is not, answer this letter.',
      ),
    digest: (ticket, comments, more) =>
      letter(
        ticket,
        comments.length + more === 1 ? 'a new comment' : `${comments.length + more} new comments`,
        `There is news in the support ticket ${named(ticket)}.`,
        ...comments.map(quoted('en-GB')),
        ...(more > 0 ? [`And ${more} more.`] : []),
      ),
  },
  ru: {
    contacts: (ticket) =>
      letter(
        ticket,
        'подтвердите контактные данные',
        `Вы указаны как контактное лицо по обращению ${named(ticket)}.`,
        'На этот адрес мы пишем, когда есть новости. Если всё верно, ничего делать не нужно. Если нет, ответьте на это письмо.',
      ),
    digest: (ticket, comments, more) =>
      letter(
        ticket,
        `новые комментарии: ${comments.length + more}`,
        `Есть новости по обращению ${named(ticket)}.`,
        ...comments.map(quoted('ru-RU')),
        ...(more > 0 ? [`И ещё: ${more}.`] : []),
      ),
  },
};

/** A text on one line: whatever could begin another header or hide a part of it becomes a blank. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

const cut = (text: string, length: number): string => {
  const points = [...text];
  return points.length > length ? `${points.slice(0, length - 1).join('')}…` : text;
};

const named = ({ humanId, title }: TicketInLetter): string => `${humanId} “${oneLine(title)}”`;

const letter = ({ humanId, title }: TicketInLetter, subject: string, ...paragraphs: string[]): Letter => ({
  subject: `[${humanId}] ${cut(oneLine(title), longestTitle)}: ${subject}`,
  text: `${paragraphs.join('\n\n')}\n`,
});

const quoted =
  (locale: string) =>
  ({ author, sentAt, body }: CommentInLetter): string => {
    const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
    const lines = cut(body, longestBody).split(/\r\n|\r|\n/);
    return [`${oneLine(author)}, ${time.format(sentAt)} UTC:`, ...lines.map((line) => `> ${line}`)].join('\n');
  };
