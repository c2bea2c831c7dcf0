/** @jest-environment node */
import { memoryLog } from '../doors/support.js';

const { logger, entries } = memoryLog();
beforeEach(() => entries.splice(0));

/** What is written down of an error. */
function noted(error: unknown): Record<string, string> {
  logger.error({ error }, 'a fault');
  return (entries.at(-1) as { error: Record<string, string> }).error;
}

it('A long message is cut at a blank, and what called what stands below all the same', () => {
  const { message = '', stack = '' } = noted(new Error(`It is ${'long '.repeat(100_000)}`));
  expect(message).toMatch(/^It is long .* long …$/);
  expect(message.length).toBeLessThanOrEqual(2_002);
  expect(stack).toMatch(/ long …\n +at /);
  expect(noted(new Error('x'.repeat(100_000))).message).toBe(' …');
  expect(noted(new Error('Short.')).message).toBe('Short.');
});

it.each([
  ['a token', `it says eyJhbGciOiJIUzI1NiJ9.eyJzdWIi${'a'.repeat(50)}.secret`, {}],
  ['an address', `it says secret.${'a'.repeat(40)}@example.com`, {}],
  ['credentials', `it says postgres://me:secret${'a'.repeat(40)}@db`, {}],
  ['a value that PostgreSQL quotes', `it says "secret ${'a '.repeat(40)}"`, { code: '22P02' }],
])('Of %s that is cut off nothing is left', (_what, text, more) => {
  for (let before = 1_880; before <= 2_000; before++) {
    const error = Object.assign(new Error(`${'- '.repeat(before / 2)}${text}`), more);
    expect(JSON.stringify(noted(error))).not.toMatch(/secret|eyJz/);
  }
});

// A pattern with the sign of addresses in its middle took minutes for it.
it('A text of a million letters without a blank is written down at once', () => {
  for (const part of ['a', '@', 'a.', 'eyJ-', 'Bearer ', '://', '"']) {
    const text = part.repeat(1_000_000 / part.length);
    expect(noted(Object.assign(new Error(text), { code: '22P02' }))).toMatchObject({ name: 'Error' });
    logger.error({ error: text }, 'a fault');
  }
}, 20_000);
