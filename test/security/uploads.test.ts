import fc from 'fast-check';
import { CreateUploadDocument } from '../support/_generated.js';
import { send } from '../doors/support.js';
import { linkTo, put, stored } from '../files/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { seed, trials } from '../support/trials.js';

let gateway: TestGateway;
let customer: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  ({ customer } = await gateway.cast());
});
afterAll(() => gateway.stop());

const names = [
  ...[
    '../../etc/passwd',
    '..',
    '.',
    '.htaccess',
    'CON',
    'nul.txt',
    'a:b',
    'a\0.png',
    'a\r\nSet-Cookie: x=1',
    'exe.\u202egnp',
    'x'.repeat(1_000),
  ],
  ...[
    'a/b',
    'a\\b',
    '"; filename="x',
    "a'b",
    'ü.txt',
    '👩‍👩‍👧‍👦.png',
    '\u2028',
    '%2e%2e%2f',
    '=cmd()',
    ' ',
    '~',
    'a;b',
    '\ud800',
    '\u0085',
    '\u200b',
  ],
];
const types = [
  ...[
    'image/svg',
    'image/svg+xml',
    'text/html',
    'application/xhtml+xml',
    'text/xml',
    'application/javascript',
    'text/plain',
    'image/png',
    'TEXT/HTML',
  ],
  ...[
    'text/html; charset=utf-7',
    'image/png, text/html',
    'image/png\r\nX: y',
    'x',
    'text/plain;charset="a\\"b"',
    'message/rfc822',
    'application/pdf',
  ],
];
/** Types that a browser would run, whatever they are called. */
const active = /svg|html|xml|javascript|pdf|rfc822/i;
const polyglot = '<svg onload="alert(1)"><script>alert(1)</script>%PDF-1.4 GIF89a';

it('takes files of any name and type that it can give back as an attachment and nothing else', async () => {
  const anyName = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }));
  const property = fc.asyncProperty(anyName, fc.constantFrom(...types), async (name, contentType) => {
    const input = { name, contentType, size: polyglot.length };
    const { createUpload } = await customer.run(CreateUploadDocument, { input });
    const [error] = createUpload?.userErrors ?? [];
    if (error) return expect(['name', 'contentType'].map((one) => `input.${one}`)).toContain(error.path?.join('.'));
    const { file, uploadUrl } = createUpload!;
    expect(file?.name).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(file?.name).toBe(name.trim());
    expect((await put(uploadUrl!, polyglot, { 'content-type': contentType })).status).toBe(204);
    const { status, headers, text } = await send(await linkTo(customer, file!.id));
    expect([status, text]).toEqual([200, polyglot]);
    expect(headers['content-disposition']).toMatch(/^attachment; filename/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
    if (active.test(contentType)) expect(headers['content-type']).toBe('application/octet-stream');
  });
  await fc.assert(property, { numRuns: trials(60, 1_000), seed });
  const paths = await stored(gateway);
  expect(paths.length).toBeGreaterThan(1);
  expect(paths.filter((path) => !/^files\/([0-9a-f]{32}\/)?([0-9a-f-]{36})?$/.test(path))).toEqual([]);
}, 120_000);
