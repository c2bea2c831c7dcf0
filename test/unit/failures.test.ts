import { asServiceUnavailable } from '../../src/db/failures.js';

const failure = (code: string): Error => Object.assign(new Error('raw words'), { code });

it.each([
  ['its host has no address for the moment', 'EAI_AGAIN'],
  ['its machine is gone', 'EHOSTUNREACH'],
  ['its network is gone', 'ENETUNREACH'],
  ['its port is closed', 'ECONNREFUSED'],
  ['the connection is broken', '08006'],
  ['its disk is full', '53100'],
  ['its memory is full', '53200'],
  ['it can not read its disk', '58030'],
  ['it is starting', '57P03'],
  ['it ends what is idle', '57P05'],
  ['it has become a standby', '25006'],
])('a database is told of as unavailable, without its words, where %s', (_, code) => {
  const told = asServiceUnavailable(failure(code));
  expect(told).toMatchObject({ code: 'SERVICE_UNAVAILABLE', message: expect.not.stringContaining('raw words') });
});

it.each(['23505', '22P02', '42601', 'ENOSPC'])(
  'an error that comes back with the next try, such as %s, stays what it is',
  (code) => {
    const error = failure(code);
    expect(asServiceUnavailable(error)).toBe(error);
  },
);
