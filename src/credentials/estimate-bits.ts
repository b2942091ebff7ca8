import { COMMON_WORDS } from './common.js';
import { measureKeyboardPath } from './keyboard.js';
import { measureReadable } from './readable.js';
import { measureRepeat } from './repeats.js';
import { measureRun } from './runs.js';
import { foldText } from './words.js';

/** A stretch of a text that a guesser has for so many bits. */
interface Stretch {
  readonly length: number;
  readonly bits: number;
}

/** What a repeat, a run or a path costs: its kind, beginning and length. */
const PATTERN_BITS = 8;
/** What a word of a short list costs, in some spelling. */
const WORD_BITS = 12;
const YEAR_BITS = 7;
/** What a letter costs where letters look like words: a cautious figure for natural language. */
const READABLE_BITS = 1.5;
/** What a character costs that was there twice before. */
const FREQUENT_BITS = 2;

/** Kinds of characters, and how many there are of each. */
const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 33],
];

/**
 * Estimates, on the cautious side, how many bits a guesser needs for a text. A character costs what its class has to
 * choose from, and where the class changes, the choice of the class; repeats, runs, keyboard paths, years, common words,
 * the words given and what looks like words cost less.
 */
export function estimateBits(text: string, words: readonly string[]): number {
  const folded = foldText(text);
  const known = [...words.map(foldText), ...COMMON_WORDS];
  const singles = listSingleBits(text);
  let bits = 0;
  for (let at = 0; at < text.length;) {
    const costOf = (length: number) => singles.slice(at, at + length).reduce((sum, cost) => sum + cost, 0);
    const saving = (stretch: Stretch) => costOf(stretch.length) - stretch.bits;
    const single = { length: 1, bits: costOf(1) };
    const best = listStretches(text, folded, at, known).reduce((a, b) => (saving(b) > saving(a) ? b : a), single);
    bits += best.bits;
    at += best.length;
  }
  return bits;
}

/** What each character costs by itself. */
function listSingleBits(text: string): number[] {
  const used = CLASSES.filter(([pattern]) => pattern.test(text)).length;
  const seen = new Map<string, number>();
  let before: RegExp | undefined;
  return text.split('').map((char) => {
    const [pattern, size] = CLASSES.find(([candidate]) => candidate.test(char))!;
    const bits = Math.log2(size) + (pattern === before ? 0 : Math.log2(used));
    const times = seen.get(char) ?? 0;
    seen.set(char, times + 1);
    before = pattern;
    return times < 2 ? bits : FREQUENT_BITS;
  });
}

function listStretches(text: string, folded: string, at: number, known: readonly string[]): Stretch[] {
  const patterns = [measureRepeat(folded, at), measureRun(text, at), measureKeyboardPath(text, at)];
  const words = known.filter((word) => folded.startsWith(word, at));
  const readable = measureReadable(text, at);
  return [
    ...patterns.filter((length) => length >= 3).map((length) => ({ length, bits: PATTERN_BITS })),
    ...[measureInterleaved(text, at)]
      .filter((length) => length >= 6)
      .map((length) => ({ length, bits: 2 * PATTERN_BITS })),
    ...words.map(({ length }) => ({ length, bits: WORD_BITS })),
    ...(/^(?:19|20)\d\d/.test(text.slice(at, at + 4)) ? [{ length: 4, bits: YEAR_BITS }] : []),
    ...(readable > 0 ? [{ length: readable, bits: readable * READABLE_BITS }] : []),
  ];
}

/** Length of the stretch from `at` on whose every second character makes a run, and those between another (`a1b2c3`). */
function measureInterleaved(text: string, at: number): number {
  const [even, odd] = [0, 1].map((first) => {
    const half = text
      .slice(at)
      .split('')
      .filter((_char, place) => place % 2 === first);
    return measureRun(half.join(''), 0);
  }) as [number, number];
  return 2 * Math.min(even, odd);
}
