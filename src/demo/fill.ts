import { Role, type SignedInViewer } from '../auth/viewer.js';
import type { AppServices } from '../app.js';
import { globalId } from '../global-id.js';
import type { Call } from '../services/call.js';
import { demoPeople } from './people.js';

const demoTickets = 3;

/**
 * Fills an empty database with demo people and tickets, by the same rules as any client; answers how many tickets. What was
 * cut short is completed, not doubled: each step has its key.
 */
export async function fillDemo({ db, people, opening, comments, tickets }: AppServices): Promise<number> {
  const [row] = await db.query<{ isDue: boolean }>(
    `select (select count(*) from tickets) < $1 and
       not exists (select 1 from users where sub is null or sub <> all ($2::text[])) as "isDue"`,
    [demoTickets, Object.values(demoPeople).map(({ email }) => email)],
  );
  if (!row?.isDue) return 0;
  let step = 0;
  const call = (viewer: SignedInViewer): Call => ({
    viewer,
    once: { actorId: viewer.id, mutation: 'demo', key: String(++step), fingerprint: '' },
  });
  const recognise = (person: {
    role: string;
    email: string;
    name: string;
    organization?: string;
  }): Promise<SignedInViewer> =>
    people.recognise({
      ...person,
      sub: person.email,
      emailVerified: true,
      role: Role[person.role.toUpperCase() as Role],
      // Any token is younger and may say otherwise.
      issuedAt: new Date(0),
      expiresAt: Number.MAX_SAFE_INTEGER,
    });
  const customer = await recognise(demoPeople.customer);
  const teammate = await recognise(demoPeople.teammate);
  const agent = await recognise(demoPeople.agent);
  await recognise(demoPeople.admin);

  const say = (viewer: SignedInViewer, ticketId: string, body: string, visibility: 'PUBLIC' | 'INTERNAL' = 'PUBLIC') =>
    comments.add(call(viewer), { ticketId: globalId('Ticket', ticketId), body, visibility });

  const slow = await opening.open(call(customer), {
    title: 'The web shop is slow since this morning',
    body: 'Pages take ten seconds or more. It started at about nine.',
    topicKey: 'servers',
    priorityKey: 'high',
  });
  await say(agent, slow.ticketId, 'Thank you for the report. One of two servers is down; we are restarting it.');
  await say(agent, slow.ticketId, 'Disk of server 2 is full again: ask for a larger one.', 'INTERNAL');
  await say(teammate, slow.ticketId, 'It is faster already from here.');

  await opening.open(call(teammate), {
    title: 'Вопрос по счёту за октябрь',
    body: 'Почему сумма больше, чем в прошлом месяце?',
    topicKey: 'invoices',
  });

  const solved = await opening.open(call(customer), {
    title: 'How do I invite a colleague?',
    body: 'I can not find it in the settings.',
    topicKey: 'account',
  });
  await say(agent, solved.ticketId, 'Under “People”, at the top right: “Invite”.');
  await tickets.close(call(customer), {
    ticketId: globalId('Ticket', solved.ticketId),
    score: 5,
    comment: 'Quick and clear.',
    message: 'Found it, thank you.',
  });
  return demoTickets;
}
