import proxyAddress from 'proxy-addr';

/** Whether a text is addresses and networks with commas between them. */
export function isProxies(text: string): boolean {
  try {
    proxyAddress.compile(listIn(text));
    return true;
  } catch {
    return false;
  }
}

/** The parts of a text between its commas. */
export const listIn = (text: string | undefined): string[] => text?.split(/\s*,\s*/) ?? [];

/** Whether a text is a URL of one of the protocols. */
export const isUrl = (text: string, protocols: readonly string[]): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol);

/** Whether a text is an origin as browsers write one: in small letters, without a path or the port that goes without saying. */
export const isOrigin = (text: string): boolean => isUrl(text, ['http:', 'https:']) && new URL(text).origin === text;

/** Whether a text is a Redis by its URL, with the number of a database or none. */
export const isRedis = (text: string): boolean =>
  isUrl(text, ['redis:', 'rediss:']) && /^rediss?:\/\/[^/?#]+(\/\d{0,4})?$/.test(text);

/** Whether a text is a folder by its whole path, or a bucket with what it takes to find it. */
export function isStorage(text: string): boolean {
  if (text.startsWith('file:///')) return isUrl(text, ['file:']) && /^\/[^?#]+$/.test(text.slice('file://'.length));
  if (!isUrl(text, ['s3:'])) return false;
  const { hostname, username, port, hash, searchParams } = new URL(text);
  const names = [...searchParams.keys()];
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(hostname) &&
    `${username}${port}${hash}` === '' &&
    names.every((name) => name === 'region' || name === 'endpoint') &&
    new Set(names).size === names.length &&
    isUrl(searchParams.get('endpoint') ?? 'https://absent', ['http:', 'https:'])
  );
}

/** Numbers by name, such as those of a setting: `tickets=2,comments=60`. */
type NamedNumbers = Readonly<Record<string, number>>;

const partsOf = (text: string): string[][] => listIn(text).map((part) => part.split('='));

/** Whether a text gives numbers of 1 to 999,999 to some of the names, each once. */
export function isNamedNumbers(text: string, standard: NamedNumbers): boolean {
  const parts = partsOf(text);
  return (
    parts.every(
      ([name = '', number = '', ...more]) =>
        Object.hasOwn(standard, name) && /^[1-9]\d{0,5}$/.test(number) && more.length === 0,
    ) && new Set(parts.map(([name]) => name)).size === parts.length
  );
}

/** The numbers of a text, and for names that it leaves out the standard ones; null for `off`. */
export function namedNumbers<T extends NamedNumbers>(text: string | undefined, standard: T): Readonly<T> | null {
  if (text === 'off') return null;
  const set = text ? partsOf(text).map(([name, number]) => [name, Number(number)]) : [];
  return { ...standard, ...(Object.fromEntries(set) as Partial<T>) };
}
