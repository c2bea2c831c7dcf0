import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Letter } from './letters.js';

/** A letter on its way. */
interface Mail extends Letter {
  /** The same for every attempt: it becomes the Message-ID, so that what arrives twice can be told from what was sent twice. */
  readonly id: string;
  readonly to: string;
}

/** Where letters go. */
export interface Mailer {
  /** Hands a letter over; fails with a MailError. */
  send(mail: Mail): Promise<void>;
  /** Whether it would take letters now. */
  isReachable(): Promise<boolean>;
}

/** Whose fault it is that a letter was not taken: nobody takes any now, this one is refused for good, or not taken now. */
export type MailFault = 'outage' | 'refusal' | 'delay';

/** A letter was not taken. */
export class MailError extends Error {
  constructor(
    readonly fault: MailFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Where letters go and whom they come from. */
export interface MailRoute {
  /** Absent: into files. */
  readonly smtpUrl?: string;
  readonly mailFrom: string;
  readonly dataDir: string;
}

/** How long a mail server may take, in milliseconds. */
export interface MailLimits {
  /** To be connected, to greet, and for each further answer. */
  readonly answerMs: number;
  /** For a letter from beginning to end. */
  readonly letterMs: number;
}

const usual: MailLimits = { answerMs: 10_000, letterMs: 45_000 };

/** Whether a text is one address and nothing else, such as a header line or a second address. */
export const isAddress = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{Cc}\p{Cf}@<>()[\]\\,;:"]+@[^\s\p{Cc}\p{Cf}@<>()[\]\\,;:"]+$/u.test(text);

/** The mail server of the URL, or files that mail programs open; either is loaded with its first letter. */
export function createMailer(route: MailRoute, limits: Partial<MailLimits> = {}): Mailer {
  const { smtpUrl } = route;
  return smtpUrl === undefined
    ? new FileMailer(route)
    : new SmtpMailer(smtpUrl, route.mailFrom, { ...usual, ...limits });
}

/** Writes each letter into a file of its own, whole or not at all; a second attempt writes the same file. */
class FileMailer implements Mailer {
  constructor(private readonly route: MailRoute) {}

  async send(mail: Mail): Promise<void> {
    const { createTransport } = await import('nodemailer');
    const folder = join(this.route.dataDir, 'mail');
    await mkdir(folder, { recursive: true });
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    const { message } = await transport.sendMail(messageOf(mail, this.route.mailFrom));
    const file = join(folder, `${mail.id}.eml`);
    await writeFile(`${file}.part`, message as Buffer);
    await rename(`${file}.part`, file);
  }

  isReachable(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

class SmtpMailer implements Mailer {
  constructor(
    private readonly url: string,
    private readonly from: string,
    private readonly limits: MailLimits,
  ) {}

  async send(mail: Mail): Promise<void> {
    const transport = await this.transport();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new MailError('outage', 'the mail server takes too long')), this.limits.letterMs);
    });
    const sending = transport.sendMail(messageOf(mail, this.from));
    try {
      await Promise.race([sending, tooLong]);
    } catch (error) {
      throw error instanceof MailError ? error : asMailError(error as SmtpError);
    } finally {
      clearTimeout(timer);
      sending.catch(() => undefined);
    }
  }

  async isReachable(): Promise<boolean> {
    const transport = await this.transport();
    return transport.verify().then(
      () => true,
      () => false,
    );
  }

  /** A connection for each letter: nothing has to be kept alive, and none is broken when it is needed. */
  private async transport() {
    const { createTransport } = await import('nodemailer');
    const { answerMs } = this.limits;
    return createTransport({
      url: this.url,
      connectionTimeout: answerMs,
      dnsTimeout: answerMs,
      greetingTimeout: answerMs,
      socketTimeout: answerMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }
}

function messageOf({ id, to, subject, text }: Mail, from: string): object {
  const domain = /@([^>\s]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    messageId: `<${id}@${domain}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
}

/** Only an answer about the letter or its address is the letter's own; all else would happen to the next one as well. */
function asMailError(error: SmtpError): MailError {
  const isOwn = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  const fault = !isOwn ? 'outage' : (error.responseCode ?? 0) >= 500 ? 'refusal' : 'delay';
  return new MailError(fault, error.message, { cause: error });
}
