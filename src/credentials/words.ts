import { spellOnKeypad } from './keypad.js';

/** Characters that are written for letters, and letters that look alike, each with what it stands for here. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  l: 'i',
  '!': 'i',
  '|': 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
  '+': 't',
  '8': 'b',
  '9': 'g',
};

/**
 * Writes all spellings of a word in one way: `P4$$w0rd` and `password` become the same. Only ASCII is touched, since
 * some other letters change their length with their case: places in the text stay what they are.
 */
export function foldText(text: string): string {
  return text.replace(/[A-Z]/g, (char) => char.toLowerCase()).replace(/[^a-km-z]/g, (char) => LOOKALIKES[char] ?? char);
}

/** The words of three or more letters and digits in names, without accents. */
export function listWords(names: readonly string[]): string[] {
  const words = names.flatMap(
    (name) =>
      name
        .normalize('NFKD')
        .replace(/\p{M}/gu, '')
        .match(/[\p{L}\p{N}]+/gu) ?? [],
  );
  return words.filter((word) => word.length >= 3 && /\p{L}/u.test(word)).map((word) => word.toLowerCase());
}

/** Whether one of the words, which are folded already, is in the text, in whichever spelling. */
export function holdsWord(text: string, folded: readonly string[]): boolean {
  const foldedText = foldText(text);
  return folded.some((word) => foldedText.includes(word));
}

/** Whether keys in the text spell the first four letters of a word, or its three. */
export function holdsSpelledWord(text: string, words: readonly string[]): boolean {
  return words.some((word) => {
    const keys = spellOnKeypad(word).slice(0, 4);
    return keys.length >= 3 && text.includes(keys);
  });
}

/** Whether another credential is in the text, forwards, or the text in another; case does not count. */
export function resemblesOther(text: string, others: readonly string[]): boolean {
  const folded = text.toLowerCase();
  return others.some((other) => folded.includes(other.toLowerCase()) || other.toLowerCase().includes(folded));
}
