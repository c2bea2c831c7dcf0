/** SQL of a whole number below a limit: it looks random, but follows from the key and from what it is chosen for alone. */
export const pick = (purpose: string, key: string, below: string | number): string =>
  // The hash behind hash partitions, which has to be the same in every version of PostgreSQL.
  `((hashint8extended(${key}, ${numberOf(purpose)}) & 2147483647) % (${below}))::int`;

/** SQL of one of some texts, each as often as its weight says, chosen as `pick` does. */
export function oneOf(purpose: string, key: string, weights: Readonly<Record<string, number>>): string {
  const texts = Object.entries(weights).flatMap(([text, weight]) => Array<string>(weight).fill(`'${text}'`));
  return `(array[${texts.join(', ')}])[1 + ${pick(purpose, key, texts.length)}]`;
}

/** SQL of the id that the thing of this kind with this key has in every seed. */
export const idOf = (kind: string, key: string): string => `md5('${kind} ' || ${key})::uuid`;

const numberOf = (purpose: string): number =>
  [...purpose].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7);
