import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import type { JobTiming } from '../../src/db/jobs.js';
import type { Logger } from '../../src/logger.js';
import type { MailLimits } from '../../src/mail/mailer.js';
import { type Actor, TestGateway } from '../support/gateway.js';

/** A letter as a mail server got it. */
export interface Received {
  id: string;
  to: string;
  subject: string;
  text: string;
  parsed: ParsedMail;
}

/** How a mail server behaves. */
export type Mood = 'open' | 'deaf' | 'hanging' | 'busy' | 'closed';

type Answer = (error?: Error | null) => void;

const answer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

/** A mail server that does what the test wants, and tells when something happens. */
export class MailServer {
  readonly received: Received[] = [];
  /** Addresses that it has no mailbox for. */
  readonly unknown = new Set<string>();
  /** How often it was asked for something that it did not do. */
  refused = 0;
  mood: Mood = 'open';
  private server: SMTPServer | undefined;
  private port = 0;
  private readonly waiting = new Set<() => void>();
  private held: Answer[] = [];

  /** Starts to listen; after the first time on the port of before. */
  async start(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      closeTimeout: 10,
      onConnect: (_session, done) => {
        if (this.mood === 'deaf') this.hold(done);
        else if (this.mood === 'closed') this.refuse(done, answer(421, 'Closed for today'));
        else done();
      },
      onRcptTo: ({ address }, _session, done) => {
        if (this.unknown.has(address)) this.refuse(done, answer(550, 'No such mailbox'));
        else if (this.mood === 'busy') this.refuse(done, answer(451, 'Come back later'));
        else done();
      },
      onData: (stream, session, done) => {
        simpleParser(stream)
          .then((parsed) => {
            if (this.mood === 'hanging') return this.hold(done);
            this.received.push({
              id: parsed.messageId ?? '',
              to: session.envelope.rcptTo.map(({ address }) => address).join(),
              subject: parsed.subject ?? '',
              text: parsed.text ?? '',
              parsed,
            });
            done();
            this.tell();
          })
          .catch(done);
      },
    });
    server.on('error', () => undefined);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
  }

  /** Stops as if the machine were gone. */
  async stop(): Promise<void> {
    for (const done of this.held.splice(0)) done(answer(421, 'Going down'));
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What was sent to an address. */
  to(address: string): Received[] {
    return this.received.filter((letter) => letter.to === address);
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Waits for a letter to an address, the first or a further one. */
  async letterTo(address: string, nth = 1): Promise<Received> {
    await this.until(() => this.to(address).length >= nth);
    return this.to(address)[nth - 1] as Received;
  }

  private refuse(done: Answer, error: Error): void {
    this.refused++;
    done(error);
    this.tell();
  }

  private hold(done: Answer): void {
    this.refused++;
    this.held.push(done);
    this.tell();
  }

  private tell(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** What a gateway writes down, line by line, for tests that wait for it. */
export class LogBook {
  readonly lines: { msg: string }[] = [];
  readonly logger: Logger;
  private heard: (() => void) | undefined;

  constructor() {
    const write = (line: string): void => {
      this.lines.push(JSON.parse(line) as { msg: string });
      this.heard?.();
    };
    this.logger = pino({ level: 'warn' }, { write });
  }

  /** Waits until so many lines say something of the form. */
  async says(form: RegExp, times = 1): Promise<void> {
    while (this.lines.filter(({ msg }) => form.test(msg)).length < times) {
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
  }
}

/** As fast as tests want it. */
export const quick: Partial<JobTiming> = {
  pollMs: 20,
  expireSeconds: 2,
  rescueMs: 100,
  retrySeconds: 1,
  outageMs: 50,
  graceMs: 500,
};
export const impatient: MailLimits = { answerMs: 300, letterMs: 1_000 };

/** Starts a gateway that sends its letters to a server. */
export function startGateway(
  server: MailServer,
  environment: Record<string, string> = {},
  { logger, jobs = quick }: { logger?: Logger; jobs?: Partial<JobTiming> | false } = {},
): Promise<TestGateway> {
  const variables = { SMTP_URL: server.url, MAIL_FROM: 'Support <support@example.com>', ...environment };
  return TestGateway.start(variables, logger, { jobs, mailLimits: impatient });
}

/** The event and the errors of a confirmation. */
export interface Confirmation {
  event: { id: string; key: string; value: string; target: string; createdAt: string } | null;
  ticket: { id: string; humanId: string } | null;
  replayed: boolean;
  userErrors: { code: string; path: string[] | null }[];
}

/** Asks the contacts of a ticket to confirm. */
export async function confirm(actor: Actor, ticketId: string, idempotencyKey?: string): Promise<Confirmation> {
  const document = `mutation ($input: ConfirmTicketContactsInput!) { payload: confirmTicketContacts(input: $input) {
    event { id key value target createdAt } ticket { id humanId } replayed userErrors { code path } } }`;
  return (await actor.run<{ payload: Confirmation }>(document, { input: { ticketId, idempotencyKey } })).payload;
}
