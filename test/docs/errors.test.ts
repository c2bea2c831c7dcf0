import { readFileSync } from 'node:fs';
import { ErrorCode } from '../../src/errors.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, openTicket, say } from '../tickets/support.js';

/** A section of the document, in its parts. */
interface Section {
  code: string;
  type: string;
  meaning: string;
  language: string;
  example: string;
  advice: string;
}

const pattern =
  /^## (?<code>\w+)\n\nType: (?<type>.+?)\.\n\n(?<meaning>(?:.+\n)+)\n```(?<language>\w+)\n(?<example>[^`]+)```\n\nWhat to do: (?<advice>(?:.+\n?)+)/gm;
const text = readFileSync('docs/errors.md', 'utf8');
const sectionsOf = (document: string): Section[] =>
  [...document.matchAll(pattern)].map(({ groups }) => groups as unknown as Section);
const sections = sectionsOf(text);

let gateway: TestGateway;
let limited: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
  limited = await TestGateway.start({ RATE_LIMITS: '' });
});
afterAll(async () => {
  await gateway.stop();
  await limited.stop();
});

/** Codes of errors as data and of GraphQL errors alike. */
function codesIn(answer: unknown, found: { code: string; type: string }[] = []): { code: string; type: string }[] {
  if (typeof answer !== 'object' || answer === null) return found;
  const { code, __typename: type } = answer as { code?: string; __typename?: string };
  if (code) found.push({ code, type: type ?? 'a GraphQL error' });
  for (const value of Object.values(answer)) codesIn(value, found);
  return found;
}

it('tells of every code that there is, and of none that there is not', () => {
  expect(sections.map(({ code }) => code)).toEqual(Object.keys(ErrorCode));
  expect(text.match(/^## /gm)).toHaveLength(sections.length);
});

it('is found out when a section, or a part of it, is missing', () => {
  expect(sectionsOf(text.replace('## FORBIDDEN', '## NOT_ALLOWED')).map(({ code }) => code)).toContain('NOT_ALLOWED');
  for (const part of [
    'Type: `ValidationError`',
    'What to do: show the message',
    '```graphql\nmutation {\n  createTicket',
  ]) {
    expect(text).toContain(part);
    expect(sectionsOf(text.replace(part, '')).length).toBeLessThan(sections.length);
  }
});

const runnable = sections.filter(({ language }) => language === 'graphql');

it('[e31] has an example to run of each code that a client can bring about', () => {
  const others = sections.filter(({ language }) => language !== 'graphql').map(({ code }) => code);
  expect(others).toEqual(['SERVICE_UNAVAILABLE', 'INTERNAL']);
});

it.each(runnable.map((section) => [section.code, section] as const))(
  '[e31] brings about %s by its example',
  async (code, { example, type }) => {
    const { customer, agent } = await gateway.cast();
    const open = await openTicket(customer);
    const closed = await openTicket(customer);
    await done(agent, 'closeTicket', { ticketId: closed.id });
    const comment = await say(customer, open.id, 'A word');
    const document = example
      .replaceAll('<open ticket>', open.id)
      .replaceAll('<closed ticket>', closed.id)
      .replaceAll('<comment of a customer>', comment.id)
      .replaceAll('<cursor of another ticket>', closed.conversation.headCursor)
      .replace(/userErrors \{/g, 'userErrors { __typename');
    expect(document).not.toMatch(/<[a-z ]+>/);
    const others: Partial<Record<string, Actor>> = {
      UNAUTHENTICATED: gateway.withToken(),
      RATE_LIMITED: await limited.signIn({ role: 'customer' }),
    };
    const actor = others[code] ?? customer;
    const [found, ...more] = codesIn(await actor.send(document));
    expect(more).toEqual([]);
    const expected = /^`(\w+)`/.exec(type)?.[1] ?? 'a GraphQL error';
    expect(found).toEqual({ code, type: expected });
  },
);
