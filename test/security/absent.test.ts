import { randomUUID } from 'node:crypto';
import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { RawSocket, send } from '../doors/support.js';
import { linksOf, upload } from '../files/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { idOf, openTicket, say } from '../tickets/support.js';
import { operationWith, type Place, placesOf } from './hostile.js';
import type { Row } from './who-sees-what.js';

let gateway: TestGateway;
let schema: GraphQLSchema;
let viewer: Actor;
/** Ids of what is there and not for the viewer. */
let hidden: string[];
let known: Row;

beforeAll(async () => {
  gateway = await TestGateway.start();
  const { customer, stranger, agent, admin } = await gateway.cast();
  viewer = customer;
  schema = buildClientSchema(await agent.run<IntrospectionQuery>(getIntrospectionQuery()));
  const own = await openTicket(viewer);
  const theirs = await openTicket(stranger, { title: 'Hidden', body: 'Hidden', fileIds: [await upload(stranger)] });
  const deleted = await openTicket(viewer);
  const note = await say(agent, own.id, 'A note', { visibility: 'INTERNAL', fileIds: [await upload(agent)] });
  const comment = await say(agent, own.id, 'A word');
  const removed = await say(agent, own.id, 'Removed');
  const attribute = `mutation ($id: ID!) { setTicketAttribute(input: { ticketId: $id, type: "T", key: "k", value: "v" }) { attribute { id } } }`;
  await agent.run(`mutation ($id: ID!) { confirmTicketContacts(input: { ticketId: $id }) { replayed } }`, {
    id: own.id,
  });
  await agent.run(
    `mutation ($a: ID!, $b: ID!) { deleteTicket(input: { ticketId: $a }) { replayed } deleteComment(input: { commentId: $b }) { replayed } }`,
    { a: deleted.id, b: removed.id },
  );
  const group = await admin.run(`mutation { createGroup(input: { name: "Hidden" }) { group { id } } }`);
  const { ticket } = await agent.run(`query ($id: ID!) { ticket(id: $id) { systemEvents { nodes { id } } } }`, {
    id: own.id,
  });
  const { ticket: seen } = await agent.run(
    `query ($id: ID!) { ticket(id: $id) { organization { id } conversation { id members { id } } comments { nodes { id files { id } } } } }`,
    { id: theirs.id },
  );
  const rated = await stranger.run(
    `mutation ($id: ID!) { rateTicket(input: { ticketId: $id, score: 9 }) { vote { id } } }`,
    { id: theirs.id },
  );
  const set = await agent.run(attribute, { id: theirs.id });
  hidden = [
    ...[theirs.id, deleted.id, note.id, group.createGroup.group.id, ticket.systemEvents.nodes[0].id],
    ...[seen.organization.id, seen.conversation.id, seen.conversation.members[0].id, seen.comments.nodes[0].id],
    ...[seen.comments.nodes[0].files[0].id, rated.rateTicket.vote.id, set.setTicketAttribute.attribute.id],
    ...[await upload(stranger)],
  ];
  known = {
    ...{
      id: own.id,
      ticketId: own.id,
      commentId: comment.id,
      key: 'support',
      size: 5,
      contentType: 'text/plain',
      score: 1,
    },
    ...{ email: 'a@example.com', locale: 'en', body: 'A word', userId: await idOf(stranger) },
  };
});
afterAll(() => gateway.stop());

/** Another id of the same type, of nothing. */
const absent = (id: string): string => `${id.slice(0, 4)}${randomUUID()}`;

const isId = ({ type }: Place): boolean => getNamedType(type).name === 'ID';

/** Whether an argument wants ids of such a type. */
const isMeant = ({ path }: Place, id: string): boolean =>
  path.some((name) => name === 'id' || name.toLowerCase().startsWith(nouns[id.slice(0, 3)] ?? 'none'));
const nouns: Record<string, string> = {
  ...{ tic: 'ticketid', com: 'commentid', fil: 'fileid', grp: 'groupid', org: 'organizationid' },
  ...{ att: 'attributeid', prj: 'projectid' },
};

/** What is answered about an id, without the id itself. */
async function toldOf(place: Place, id: string): Promise<string> {
  const value = String(place.type).startsWith('[') ? [id] : id;
  const body = operationWith(schema, place, value, known);
  if (place.kind !== 'subscription') {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${viewer.token}` };
    const { status, text } = await send(gateway.url, { method: 'POST', headers, body });
    return `${status} ${text}`.replaceAll(id, 'ID');
  }
  const socket = await RawSocket.open(gateway.url, viewer.token);
  socket.send(`{"id":"1","type":"subscribe","payload":${body}}`);
  const message = JSON.stringify(await socket.next());
  socket.close();
  return message.replaceAll(id, 'ID');
}

it(
  'answers ids of what is hidden as those of nothing, byte for byte, wherever an id is taken',
  async () => {
    const all = placesOf(schema)
      .filter(isId)
      .flatMap((place) => hidden.map((id) => ({ place, id })));
    const step = trials(10, 1);
    for (const [n, { place, id }] of all.entries()) {
      // Ids of the wrong type are tried by turns, those that could be meant always.
      if (!isMeant(place, id) && n % step !== Date.now() % step) continue;
      const what = `${place.field} ${place.path.join('.')} ${id}`;
      expect([what, await toldOf(place, id)]).toEqual([what, await toldOf(place, absent(id))]);
    }
  },
  timeFor(trials(0, 100)),
);

it('answers positions in hidden conversations as those in none', async () => {
  const [row] = await gateway.app.services.db.query<{ epoch: string }>(
    'select left(epoch, 8) as epoch from installation',
  );
  const position = (id: string, stream: string): string =>
    Buffer.from(`${row!.epoch}.${stream}.${id.slice(4)}.1`).toString('base64url');
  const document = `query ($id: ID!, $after: Cursor) { ticket(id: $id) {
    comments(after: $after) { totalCount } conversation { events(after: $after) { nodes { cursor } } } } }`;
  for (const stream of ['s', 'p', 'e']) {
    const [there, nowhere] = [position(hidden[0]!, stream), position(absent(hidden[0]!), stream)];
    const answers = [];
    for (const after of [there, nowhere])
      answers.push(JSON.stringify(await viewer.send(document, { id: known['id'], after })));
    expect(answers[0]).toContain('CURSOR_EXPIRED');
    expect(answers[1]).toBe(answers[0]);
  }
});

it('answers links to hidden files as links to none', async () => {
  const links = await linksOf(gateway);
  const actorId = (await idOf(viewer)).slice(4);
  const files = hidden.filter((id) => id.startsWith('fil_'));
  for (const id of files) {
    for (const [method, folder] of [
      ['GET', 'files'],
      ['PUT', 'uploads'],
    ] as const) {
      const answers = [];
      for (const uuid of [id.slice(4), randomUUID()]) {
        const signed = links.sign({ method, path: `/${folder}/${uuid}`, actorId });
        for (const url of [signed, signed.split('?')[0]!, signed.replace(/signature=.*/, 'signature=x')]) {
          const { status, text } = await send(url, {
            method,
            headers: { 'content-type': 'text/plain' },
            ...(method === 'PUT' && { body: 'Hello' }),
          });
          answers.push(`${status} ${text}`);
        }
      }
      expect(answers.slice(0, 3)).toEqual(answers.slice(3));
      expect(answers.map((text) => text.slice(0, 3))).toEqual(['404', '403', '403', '404', '403', '403']);
    }
  }
});
