import { expect, test } from '@jest/globals';
import type { lookup } from 'node:dns/promises';
import { resolveName } from '../../../src/net/sockets/addresses.js';

/** A resolver that knows so much of each kind of addresses; a code is how it fails. */
function resolver(known: Readonly<Record<4 | 6, string>>): typeof lookup {
  const ask = (_name: string, { family }: { family?: 4 | 6 }) => {
    const wanted = family ? [family] : ([4, 6] as const);
    const found = wanted.flatMap((kind) =>
      known[kind].startsWith('E') ? [] : [{ address: known[kind], family: kind }],
    );
    const code = known[wanted[0]];
    return found.length > 0 ? Promise.resolve(found) : Promise.reject(Object.assign(new Error(code), { code }));
  };
  return ask as unknown as typeof lookup;
}

const NAME = 'pbx.example.net';

test.each([
  ['ENOTFOUND', { addresses: ['203.0.113.7'] }],
  ['2001:db8::7', { addresses: ['203.0.113.7', '2001:db8::7'] }],
  [
    'EAI_AGAIN',
    {
      addresses: ['203.0.113.7'],
      missing:
        'its IPv6 addresses are not known: the name server did not answer (AAAA). Have the name server put right, ask another one, or give the IPv4 address itself, which leaves IPv6 unchecked',
    },
  ],
])('of a name whose AAAA gives %s we know what may be missing', async (six, expected) => {
  expect(await resolveName(NAME, resolver({ 4: '203.0.113.7', 6: six }))).toEqual(expected);
});

test('where an A cannot be asked for, that is known too', async () => {
  const missing = expect.stringContaining('IPv4 addresses are not known');
  expect(await resolveName(NAME, resolver({ 4: 'EAI_AGAIN', 6: '2001:db8::7' }))).toMatchObject({ missing });
});

test('a name of this machine needs one address only', async () => {
  expect(await resolveName('localhost', resolver({ 4: '127.0.0.1', 6: 'EAI_AGAIN' }))).toEqual({
    addresses: ['127.0.0.1'],
  });
});

test('a name without any address is a problem', async () => {
  expect(await resolveName(NAME, resolver({ 4: 'ENOTFOUND', 6: 'ENOTFOUND' }))).toHaveProperty('problem');
});
