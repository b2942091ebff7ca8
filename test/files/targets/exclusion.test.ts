import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countTargets, createExclusion, resolveExclusions } from '../../../src/files/targets/guard.js';
import { listAddresses, parseTargetSpec } from '../../../src/files/targets/targets.js';

const specs = (...texts: string[]) => texts.map((text) => parseTargetSpec(text));

describe('createExclusion', () => {
  const exclusion = createExclusion(specs('192.0.2.0/28', '198.51.100.5-9', '2001:db8::1', 'Pbx.Example.net'));

  test.each([
    ['192.0.2.0', true],
    ['192.0.2.15', true],
    ['192.0.2.16', false],
    ['198.51.100.4', false],
    ['198.51.100.9', true],
    ['::ffff:192.0.2.3', true],
    ['2001:db8:0::1', true],
    ['2001:db8::2', false],
    ['pbx.example.net', true],
    ['PBX.example.net.', true],
    ['other.example.net', false],
    ['no target at all', false],
  ])('%s: %s', (text, expected) => {
    expect(exclusion.covers(text)).toBe(expected);
  });

  test('agrees with membership', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const text = fc.oneof(
      fc.tuple(octet, octet).map(([a, b]) => `192.0.2.${Math.min(a, b)}-${Math.max(a, b)}`),
      fc
        .tuple(octet, fc.integer({ min: 24, max: 32 }))
        .map(([a, bits]) => `192.0.2.${a - (a % 2 ** (32 - bits))}/${bits}`),
      octet.map((a) => `192.0.2.${a}`),
    );
    fc.assert(
      fc.property(fc.array(text), octet, (texts, last) => {
        const excluded = specs(...texts);
        const address = `192.0.2.${last}`;
        const member = excluded.some((spec) => spec.kind === 'range' && [...listAddresses(spec)].includes(address));
        expect(createExclusion(excluded).covers(address)).toBe(member);
      }),
    );
  });
});

describe('resolveExclusions', () => {
  test('excludes the addresses of a name as well', async () => {
    const resolve = () => Promise.resolve({ addresses: ['192.0.2.7', '2001:db8::7'] });
    const exclusion = createExclusion(await resolveExclusions(specs('pbx.example.net', '192.0.2.9'), resolve));
    const covered = ['pbx.example.net', '192.0.2.7', '2001:db8::7', '192.0.2.9', '192.0.2.8'];
    expect(covered.map((text) => exclusion.covers(text))).toEqual([true, true, true, true, false]);
  });

  test('refuses a name that does not resolve', async () => {
    const resolve = () => Promise.resolve({ problem: 'no such name' });
    await expect(resolveExclusions(specs('pbx.example.net'), resolve)).rejects.toThrow(
      'excluded name pbx.example.net: no such name',
    );
  });
});

test('countTargets counts different addresses that are left', () => {
  expect(countTargets(specs('192.0.2.0/24', '192.0.2.7', '192.0.2.250-192.0.3.5'))).toBe(262n);
  expect(countTargets(specs('192.0.2.0/27'), createExclusion(specs('192.0.2.16/28')))).toBe(16n);
  expect(countTargets(specs('a.example', 'A.example.', 'b.example'), createExclusion(specs('b.example')))).toBe(1n);
  expect(countTargets(specs('::/0'))).toBe(1n << 128n);
});
