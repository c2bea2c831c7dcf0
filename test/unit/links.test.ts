import { Links } from '../../src/services/links.js';

const grant = { method: 'GET', path: '/reports/tickets.csv?period=WEEKLY', actorId: 'somebody' } as const;
const now = 1_800_000_000_000;

const linksOf = async (key: string): Promise<Links> => {
  const links = await Links.of({ query: <Row>() => Promise.resolve([{ key: Buffer.from(key) }] as Row[]) });
  links.publishAt('https://support.example.com');
  return links;
};

it('A link names the gateway, holds for five minutes and tells whose it is', async () => {
  const links = await linksOf('a key');
  const url = new URL(links.sign(grant, now));
  expect(url.origin).toBe('https://support.example.com');
  expect(url.searchParams.get('period')).toBe('WEEKLY');
  expect(links.verify('GET', url, now)).toBe('somebody');
  expect(links.verify('GET', url, now + 299_999)).toBe('somebody');
  expect(links.verify('GET', url, now + 300_000)).toBeNull();
});

it('A link that was changed in any place is none', async () => {
  const links = await linksOf('a key');
  const signed = links.sign(grant, now);
  const changes: [string | RegExp, string][] = [
    ['WEEKLY', 'MONTHLY'],
    ['somebody', 'another'],
    ['/reports/', '/uploads/'],
    [/expires=(\d+)/, 'expires=9800000000000'],
    ['signature=', 'signature=x'],
    [/signature=.*/, ''],
    [/signature=.*/, 'signature='],
    ['?', '?more=1&'],
  ];
  for (const [from, to] of changes) {
    const changed = signed.replace(from, to);
    expect(changed).not.toBe(signed);
    expect([changed, links.verify('GET', new URL(changed), now)]).toEqual([changed, null]);
  }
  expect(links.verify('PUT', new URL(signed), now)).toBeNull();
  expect((await linksOf('another key')).verify('GET', new URL(signed), now)).toBeNull();
});
