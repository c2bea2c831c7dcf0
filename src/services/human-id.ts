const largestNumber = 2_147_483_647;

/** The number in a human id such as `INC-1234`; 0, which no ticket has, for any other text. */
export function numberOf(prefix: string, humanId: string): number {
  const digits = humanId.startsWith(`${prefix}-`) ? humanId.slice(prefix.length + 1) : '';
  const number = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : 0;
  return number > largestNumber ? 0 : number;
}
