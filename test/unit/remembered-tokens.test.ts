import { type Claims, remembering } from '../../src/auth/token.js';
import { unauthenticated } from '../../src/errors.js';

const second = 1_000;
const minute = 60 * second;

/** A verifier that lets every token pass which has not ended, with the time that it goes by. */
function verifierAt(expiresAt: number) {
  const time = { now: 0, looks: 0 };
  const verify = (): Promise<Claims> => {
    time.looks++;
    if (time.now >= (expiresAt + 5) * second) return Promise.reject(unauthenticated());
    return Promise.resolve({ sub: 'somebody', emailVerified: true, issuedAt: new Date(0), expiresAt });
  };
  return { time, verify: remembering(verify, () => time.now) };
}

it('looks at the signature of a token once a minute, and answers the same claims meanwhile', async () => {
  const { time, verify } = verifierAt(3_600);
  const first = await verify('a');
  time.now = minute - 1;
  expect(await verify('a')).toBe(first);
  expect(time.looks).toBe(1);
  time.now = minute;
  expect(await verify('a')).not.toBe(first);
  expect(time.looks).toBe(2);
});

it('refuses a token that it remembers as soon as it would be refused by itself', async () => {
  const { time, verify } = verifierAt(10);
  await verify('a');
  time.now = 15 * second - 1;
  await expect(verify('a')).resolves.toMatchObject({ sub: 'somebody' });
  time.now = 15 * second;
  await expect(verify('a')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('remembers no token for another, no refusal, nothing that is very long, and not more than 5,000', async () => {
  const { time, verify } = verifierAt(3_600);
  const long = 'x'.repeat(4_001);
  for (const token of ['a', 'b', long, long]) await verify(token);
  expect(time.looks).toBe(4);
  for (let n = 0; n < 5_000; n++) await verify(`token ${n}`);
  time.looks = 0;
  await verify('token 0');
  expect(time.looks).toBe(0);
  await verify('a');
  expect(time.looks).toBe(1);
  const refusing = remembering(() => Promise.reject(unauthenticated()));
  await expect(refusing('a')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(refusing('a')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
