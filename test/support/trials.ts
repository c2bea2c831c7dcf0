import fc from 'fast-check';

/** How often something is tried: a few times in every run, and as often as it takes to be sure by `npm run test:faults`, `test:security` and `test:plans`. */
export const trials = (few: number, many: number): number =>
  ['TEST_FAULTS', 'TEST_SECURITY', 'TEST_PLANS'].some((name) => process.env[name]) ? many : few;

/** What chances begin with: the same in every run, and another each time where as often is tried as it takes. */
export const seed = Number(process.env['TEST_SEED'] ?? trials(1, Date.now() % 2 ** 31));

/** How long a test of so many trials may take, in milliseconds. */
export const timeFor = (count: number): number => 60_000 + count * 2_000;

/** Chooses one of so many. */
export type Choose = (count: number) => number;

/** What chooses by chance, as often as it is asked. */
export const chances: fc.Arbitrary<Choose> = fc
  .infiniteStream(fc.noBias(fc.nat()))
  .map((numbers) => (count) => numbers.next().value % count);
