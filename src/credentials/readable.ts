/** Letters in the case of words: all lower, all upper, or each word with a capital. */
const WORD_CASE = /^(?:[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+)/;
const LEAST_LETTERS = 4;

/** Whether letters can be said: a vowel in four at least, and never four consonants in a row. */
function isSayable(letters: string): boolean {
  const vowels = letters.match(/[aeiouy]/gi)?.length ?? 0;
  return vowels * 4 >= letters.length && !/[^aeiouy]{4}/i.test(letters);
}

/** Length of the longest stretch from `at` on that looks like words, of whichever language; 0 where none does. */
export function measureReadable(text: string, at: number): number {
  let letters = WORD_CASE.exec(text.slice(at))?.[0] ?? '';
  while (letters.length >= LEAST_LETTERS && !isSayable(letters)) letters = letters.slice(0, -1);
  return letters.length >= LEAST_LETTERS ? letters.length : 0;
}
