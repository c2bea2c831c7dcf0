/** How often something is tried: a few times in every run, and as often as it takes to be sure in `npm run test:faults` and `npm run test:security`. */
export const trials = (few: number, many: number): number =>
  process.env['TEST_FAULTS'] || process.env['TEST_SECURITY'] ? many : few;

/** How long a test of so many trials may take, in milliseconds. */
export const timeFor = (count: number): number => 60_000 + count * 2_000;
