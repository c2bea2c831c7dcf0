/** @jest-environment node */
import { loadConfig } from '../../src/config.js';
import { Role, type SignedInViewer } from '../../src/auth/viewer.js';
import { payerOf } from '../../src/services/payer.js';
import { problemsOf } from '../support/problems-of.js';

describe.each<[string, keyof ReturnType<typeof loadConfig>, [string, unknown][], string[]]>([
  [
    'MAX_QUERY_COST',
    'maxQueryCost',
    [
      ['', 50_000],
      ['1000', 1_000],
      ['1000000', 1_000_000],
    ],
    ['off', '999', '1000001', '02000', '1e4', '-5000'],
  ],
  [
    'COST_PER_MINUTE',
    'costPerMinute',
    [
      ['', 2_500_000],
      ['off', null],
      ['50000', 50_000],
      ['999999999', 999_999_999],
    ],
    ['on', '0', '49999', '050000', '1e6', '1000000000', '60000.5', '-50000', '50 000'],
  ],
  [
    'MAX_SOCKETS_PER_USER',
    'socketLimits',
    [
      ['', { customer: 100, staff: 1_000 }],
      ['off', null],
      ['customer=5', { customer: 5, staff: 1_000 }],
      ['staff=1 , customer=2', { customer: 2, staff: 1 }],
    ],
    ['on', '100', 'customer', 'customer=0', 'staff=-1', 'customer=1,customer=2', 'agent=1', 'customer=1,'],
  ],
  [
    'TRUSTED_DOCUMENTS',
    'trustedDocuments',
    [
      ['', 'on'],
      ['on', 'on'],
      ['off', 'off'],
    ],
    ['yes', 'ON', 'all'],
  ],
])('%s', (name, property, right, wrong) => {
  it.each(right)('may be %s', (text, value) => {
    expect(loadConfig({ [name]: text })[property]).toEqual(value);
  });

  it.each(wrong)('may not be %s', (text) => {
    expect(problemsOf({ [name]: text })).toEqual([expect.stringMatching(`^${name}: `)]);
  });
});

it('A budget is fifty of the dearest operations, and takes one of them at least', () => {
  expect(loadConfig({ MAX_QUERY_COST: '2000' })).toMatchObject({ maxQueryCost: 2_000, costPerMinute: 100_000 });
  expect(loadConfig({ MAX_QUERY_COST: '2000', COST_PER_MINUTE: '2000' })).toMatchObject({ costPerMinute: 2_000 });
  expect(problemsOf({ MAX_QUERY_COST: '2000', COST_PER_MINUTE: '1999' })).toEqual([
    'COST_PER_MINUTE: a whole number of at least MAX_QUERY_COST and at most 999999999, or off',
  ]);
});

describe('TRUSTED_DOCUMENTS=only', () => {
  const only = { TRUSTED_DOCUMENTS: 'only', TRUSTED_DOCUMENTS_FILE: './manifest.json' };

  it('closes the schema, also of a demo', () => {
    expect(loadConfig(only)).toMatchObject({
      trustedDocuments: 'only',
      trustedDocumentsFile: './manifest.json',
      introspection: false,
    });
    expect(loadConfig({ ...only, TRUSTED_DOCUMENTS: 'on' }).introspection).toBe(true);
  });

  it('wants to know which, and no tools that ask for the schema', () => {
    expect(problemsOf({ TRUSTED_DOCUMENTS: 'only', INTROSPECTION: 'on' })).toEqual([
      'TRUSTED_DOCUMENTS_FILE: what TRUSTED_DOCUMENTS=only lets in',
      'INTROSPECTION: has to be off where TRUSTED_DOCUMENTS=only refuses what tools ask',
    ]);
  });
});

describe('What an operation costs is counted for', () => {
  const nobody = { id: null } as const;

  it('a person, wherever they call from', () => {
    const viewer = { id: 'someone', role: Role.CUSTOMER } as SignedInViewer;
    expect(payerOf(viewer, '10.0.0.1')).toBe('someone');
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    [undefined, 'unknown'],
  ])('the network of %s where nobody is known', (address, network) => {
    expect(payerOf(nobody, address)).toBe(`address ${network}`);
  });
});
