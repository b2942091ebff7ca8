import { describe, expect, test } from '@jest/globals';
import { createExclusion, NO_EXCLUSION } from '../../../src/files/targets/guard.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import type { Client } from '../../../src/model/client.js';
import type { Resolution } from '../../../src/model/address.js';
import { expandClient, findRefused } from '../../../src/fleet/sweep/expand-client.js';
import { createClient } from './scene.js';

const NAMES: Readonly<Record<string, Resolution>> = {
  'one.example': { addresses: ['203.0.113.7'] },
  'two.example': { addresses: ['203.0.113.9', '203.0.113.8'] },
  'half.example': { addresses: ['203.0.113.9'], missing: 'its IPv6 addresses are not known: no answer' },
  'none.example': { problem: 'the name does not exist or has no address' },
};

async function expand(address: string, given: Partial<Client> = {}, allowSpecial = true, exclude = NO_EXCLUSION) {
  const slots = await expandClient(createClient('a', address, given), {
    exclude,
    allowSpecial,
    resolve: (name) => Promise.resolve(NAMES[name]!),
  });
  return slots.map(({ slot, target }) => [slot, target.address, target.problem] as const);
}

describe('the slots of a client', () => {
  test('are its addresses', async () => {
    expect(await expand('203.0.113.4/31')).toEqual([
      ['203.0.113.4', '203.0.113.4', null],
      ['203.0.113.5', '203.0.113.5', null],
    ]);
  });

  test('are a name, whatever its address is', async () => {
    expect(await expand('one.example')).toEqual([['one.example', '203.0.113.7', null]]);
  });

  test('keep their order where a name server does not', async () => {
    const slots = await expand('two.example');
    expect(Object.fromEntries(slots.map(([slot, address]) => [slot, address]))).toEqual({
      'two.example': '203.0.113.8',
      'two.example#2': '203.0.113.9',
    });
  });

  test.each([
    ['203.0.113.8', '203.0.113.9'],
    ['203.0.113.9', '203.0.113.8'],
  ])('have a problem where one address of a name is excluded: %s', async (excluded, left) => {
    const exclude = createExclusion([parseTargetSpec(excluded)]);
    expect(await expand('two.example', {}, true, exclude)).toEqual([
      ['two.example', left, null],
      ['two.example#2', null, `two.example also leads to ${excluded}, which is excluded from the checks`],
    ]);
    expect(await expand('one.example', {}, true, createExclusion([parseTargetSpec('203.0.113.7')]))).toEqual([]);
  });

  test('have a problem where a name does not resolve', async () => {
    expect(await expand('none.example')).toEqual([['none.example', null, expect.stringContaining('does not exist')]]);
  });

  test('are none where one kind of addresses is not known: another would take its place', async () => {
    expect(await expand('half.example')).toEqual([['half.example', null, expect.stringContaining('IPv6 addresses')]]);
  });

  test('are not probed where a name left the network that the client is pinned to', async () => {
    expect(await expand('one.example', { network: ['203.0.113.0/29'] })).toEqual([
      ['one.example', '203.0.113.7', null],
    ]);
    // A single address is a network too, as the inventory takes it.
    expect(await expand('one.example', { network: ['203.0.113.7'] })).toEqual([['one.example', '203.0.113.7', null]]);
    expect(await expand('one.example', { network: ['198.51.100.0/24', '203.0.113.0/30'] })).toEqual([
      ['one.example', null, expect.stringContaining("outside 198.51.100.0/24, 203.0.113.0/30: it may be a stranger's")],
    ]);
  });

  test('that must not be probed are told, and end no sweep', async () => {
    expect(await expand('224.0.0.1')).toEqual([['224.0.0.1', null, expect.stringContaining('never checked')]]);
    expect(await expand('10.0.0.1', {}, false)).toEqual([
      [
        '10.0.0.1',
        null,
        expect.stringMatching(/^10\.0\.0\.1 is a private .*; give the customer's public .*--allow-special/),
      ],
    ]);
  });
});

test('clients with addresses that are refused are counted, and the first is told', async () => {
  const clients = [
    createClient('a', '192.0.2.1'),
    createClient('b', '192.168.7.1'),
    createClient('c', 'one.example'),
    createClient('d', '203.0.113.4', { addresses: ['198.41.0.4', '10.0.0.0/30'] }),
  ];
  const refused = (allowSpecial: boolean, of = clients) => findRefused(of, { exclude: NO_EXCLUSION, allowSpecial });
  expect(await refused(false, clients.slice(1))).toEqual({
    count: 2,
    first: expect.stringMatching(/^192\.168\.7\.1 is .*--allow-special/) as unknown,
  });
  expect(await refused(true)).toEqual({ count: 0, first: null });
});
