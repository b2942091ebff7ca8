import { randomInt } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeCredential } from '../../src/credentials/judge-credential.js';
import { proposeCredential } from '../../src/credentials/propose-credential.js';
import { CREDENTIAL_KINDS } from '../../src/credentials/registry.js';
import { contextArbitrary, NOTHING_KNOWN, SITE } from './contexts.js';

const kinds = Object.values(CREDENTIAL_KINDS).map((kind) => [kind.id, kind] as const);

describe.each(kinds)('%s', (_id, kind) => {
  test('what is proposed is judged without a problem', () => {
    fc.assert(
      fc.property(contextArbitrary, (context) => {
        const proposal = proposeCredential(kind, context, randomInt);
        expect(proposal).not.toBeNull();
        expect(judgeCredential(kind, proposal!, context)).toMatchObject({ acceptable: true, problems: [] });
      }),
    );
  });

  test('no two of many are alike', () => {
    const proposals: string[] = [];
    while (proposals.length < 100) {
      proposals.push(proposeCredential(kind, { ...SITE, others: proposals }, randomInt)!);
    }
    expect(new Set(proposals).size).toBe(100);
  });

  test('a random source that always gives the same ends, without a proposal', () => {
    expect(proposeCredential(kind, NOTHING_KNOWN, () => 0)).toBeNull();
  });

  test('the alphabet has each character once', () => {
    expect(new Set(kind.alphabet).size).toBe(kind.alphabet.length);
  });
});

test('every acceptable code is proposed with the same chance', () => {
  const kind = CREDENTIAL_KINDS['voicemail-code'];
  const codes = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(4, '0'));
  // A source that counts through all codes once proposes each acceptable one once, in order.
  const draws = codes.flatMap((code) => [...code].map(Number));
  const proposed = new Set<string>();
  let at = 0;
  const bounds = new Set<number>();
  const next = (bound: number) => {
    bounds.add(bound);
    return draws[at++ % draws.length]!;
  };
  while (at < draws.length) proposed.add(proposeCredential(kind, SITE, next)!);
  expect(bounds).toEqual(new Set([10]));
  const acceptable = codes.filter((code) => judgeCredential(kind, code, SITE).acceptable);
  expect([...proposed].slice(0, acceptable.length)).toEqual(acceptable);
});

test('null where nothing is left', () => {
  const others = Array.from({ length: 10 }, (_, digit) => String(digit));
  expect(proposeCredential(CREDENTIAL_KINDS['voicemail-code'], { ...NOTHING_KNOWN, others }, randomInt)).toBeNull();
});
