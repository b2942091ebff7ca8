import { randomInt } from 'node:crypto';

/** Crockford's base 32: no I, L, O and U, which are misread or misheard. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 40 bits. */
const LENGTH = 8;

/** More than anyone types. */
const MAX_TYPED = 64;

/** Makes a code at random, such as `K7QM2XPA`. */
export function createCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** A code as it is shown and spoken: `K7QM-2XPA`. */
export function renderCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/**
 * Reads a code as people type it: in any case, with spaces, dots and dashes anywhere, O for 0, I and L for 1.
 * @returns null if it cannot be one
 */
export function parseCode(typed: string): string | null {
  if (typed.length > MAX_TYPED) return null;
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}._\u2212]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return code.length === LENGTH && [...code].every((sign) => ALPHABET.includes(sign)) ? code : null;
}
