import fc from 'fast-check';
import type { CredentialContext } from '../../src/credentials/credential-kind.js';
import { CODE_POINT } from '../words/code-point.js';

/** Nothing is known of the site. */
export const NOTHING_KNOWN: CredentialContext = { extensions: [], phones: [], names: [], others: [] };

/** The site of the examples. */
export const SITE: CredentialContext = {
  extensions: ['104'],
  phones: ['12025550143'],
  names: ['Example Dental', 'Ann Müller'],
  others: [],
};

const digits = (minLength: number, maxLength: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength, maxLength }).map((list) => list.join(''));

/** What may be known of a site, within what the command takes. */
export const contextArbitrary: fc.Arbitrary<CredentialContext> = fc.record({
  extensions: fc.array(digits(1, 8), { maxLength: 4 }),
  phones: fc.array(digits(3, 20), { maxLength: 3 }),
  names: fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 3 }),
  others: fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 2 }),
});

/** Texts of every sort: like credentials, near them, and of no use as such. */
export const textArbitrary = fc.oneof(
  digits(0, 12),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: CODE_POINT, maxLength: 40 }),
  fc.array(fc.constantFrom(...'0123456789*#'), { maxLength: 10 }).map((list) => list.join('')),
  fc
    .array(fc.constantFrom('Pass', 'word', '2024', 'abc', 'qwer', '!', 'X', '7'), { maxLength: 8 })
    .map((l) => l.join('')),
);
