import fc from 'fast-check';

const SURROGATES = 0x800;
const FIRST_SURROGATE = 0xd800;

/**
 * The unit of any Unicode text: `fc.string({ unit: CODE_POINT })` draws and shrinks as `unit: 'binary'` does, which
 * builds a table of a million characters in each test file.
 */
export const CODE_POINT = fc.nat({ max: 0x10_ffff - SURROGATES }).map(
  (index) => String.fromCodePoint(index < FIRST_SURROGATE ? index : index + SURROGATES),
  (text) => {
    const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (code === undefined || String.fromCodePoint(code) !== text) throw new Error('not one code point');
    return code < FIRST_SURROGATE ? code : code - SURROGATES;
  },
);
