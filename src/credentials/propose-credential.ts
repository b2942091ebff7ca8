import type { CredentialContext, CredentialKind } from './credential-kind.js';

/** Letters between characters of other kinds, in the case of words: all lower, all upper, or each word with a capital. */
const WHOLE = /^(?:[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+)(?![a-zA-Z])/;

/** The same among other letters, where more of them must look so. */
const AMONG_LETTERS = /^(?:[A-Z]?[a-z]{3,}(?:[A-Z][a-z]{2,})*|[A-Z]{4,})/;

/** Gives a whole number from 0 to below `bound`, all with the same chance, that no one can foretell. */
export type RandomInt = (bound: number) => number;

/** At most this many draws are made. Of each kind one in a hundred at least is acceptable, unless nearly all are excluded. */
const MAX_DRAWS = 10_000;

/**
 * Proposes a credential that no rule speaks against, warnings included. Draws are uniform and the others are thrown
 * away, so every one that is left has the same chance.
 * @returns null if none is found: too much is excluded by the context
 */
export function proposeCredential(
  kind: CredentialKind,
  context: CredentialContext,
  randomInt: RandomInt,
): string | null {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const credential = drawText(kind, randomInt);
    if (!kind.rules.some((rule) => rule.offends(credential, context))) return credential;
  }
  return null;
}

function drawText({ alphabet, length }: CredentialKind, randomInt: RandomInt): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Whether letters can be said: a vowel in four at least, and never four consonants in a row within a word. */
function isSayable(letters: string): boolean {
  const vowels = letters.match(/[aeiouy]/gi)?.length ?? 0;
  const words = /[a-z]/.test(letters) ? letters : letters.toLowerCase();
  return vowels * 4 >= letters.length && !/[b-df-hj-np-tv-xz]{4}/.test(words);
}

/** Whether words that begin with capitals have two and a half letters each on the average, as chance seldom gives. */
function hasLongWords(letters: string): boolean {
  const words = letters.match(/[A-Z][a-z]/g)?.length ?? 0;
  return letters.length >= 2.5 * words;
}

/** Length of the longest stretch from `at` on that looks like words, of whichever language; 0 if none does. */
export function measureReadable(text: string, at: number): number {
  const rest = text.slice(at);
  const isBeginning = !/[a-zA-Z]/.test(text[at - 1] ?? '');
  const whole = (isBeginning && WHOLE.exec(rest)?.[0]) || '';
  if (whole.length >= 3 && isSayable(whole) && hasLongWords(whole)) return whole.length;
  let letters = AMONG_LETTERS.exec(rest)?.[0] ?? '';
  while (letters.length >= 5 && !isSayable(letters)) letters = letters.slice(0, -1);
  return letters.length >= 5 ? letters.length : 0;
}
