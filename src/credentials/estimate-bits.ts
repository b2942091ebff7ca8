import { COMMON_WORDS, measureKeyboardPath } from './common.js';
import { FREQUENT_WORDS } from './frequent-words.js';
import { measureKeyboardWalk } from './keyboard-walk.js';
import { measureReadable } from './propose-credential.js';
import { measureRepeat, measureRun, measureSteps } from './runs.js';
import { foldText } from './words.js';

/** A stretch of a text that a guesser has for less, at any of these lengths. */
interface Stretch {
  readonly least: number;
  readonly most: number;
  readonly bits: (length: number) => number;
}

/** What a repeat, a run or a path costs: its kind, beginning and length. */
const PATTERN_BITS = 8;
/** What a word of a short list costs, in some spelling. */
const WORD_BITS = 12;
const YEAR_BITS = 7;
/** What a letter costs where letters look like words: a cautious figure for natural language. */
const READABLE_BITS = 1.5;
/** What a letter costs in a word with a capital in front: of any language, and names more than anything else. */
const NAME_BITS = 2.5;
const NAME = /^[A-Z][a-z]{4,14}(?![a-z])/;
/** What a step from key to key costs, in any of some directions. */
const STEP_BITS = 1.5;
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
 * Estimates, on the cautious side, how many bits a guesser needs for a text: of all ways to put it together the
 * cheapest. A character costs what its class has to choose from, and where the class changes, the choice of the class;
 * repeats, runs, ways over the keyboard, years, common words, the words given and what looks like words cost less.
 */
export function estimateBits(text: string, words: readonly string[]): number {
  const folded = foldText(text);
  const known = [...words.map(foldText), ...COMMON_WORDS, ...FREQUENT_WORDS].filter((word) => folded.includes(word));
  const singles = listSingleBits(text);
  // What the text costs from each place on, filled from the end.
  const rest: number[] = Array.from({ length: text.length + 1 }, () => 0);
  for (let at = text.length - 1; at >= 0; at--) {
    rest[at] = singles[at]! + rest[at + 1]!;
    for (const { least, most, bits } of listStretches(text, folded, at, known)) {
      for (let length = least; length <= most; length++) {
        rest[at] = Math.min(rest[at]!, bits(length) + rest[at + length]!);
      }
    }
  }
  return rest[0]!;
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
  const words = known.filter((word) => folded.startsWith(word, at));
  const patterns = [measureRepeat(folded, at), measureRun(text, at), measureKeyboardPath(text, at)];
  return [
    ...patterns.map((most) => ({ least: 3, most, bits: () => PATTERN_BITS })),
    { least: 4, most: measureSteps(text, at), bits: () => PATTERN_BITS + STEP_BITS },
    { least: 6, most: measureInterleaved(text, at), bits: () => 2 * PATTERN_BITS },
    { least: 5, most: measureKeyboardWalk(text, at), bits: (length) => PATTERN_BITS + (length - 1) * STEP_BITS },
    { least: 5, most: NAME.exec(text.slice(at))?.[0].length ?? 0, bits: (length) => length * NAME_BITS },
    ...words.map(({ length }) => ({ least: length, most: length, bits: () => WORD_BITS })),
    { least: 4, most: /^(?:19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0, bits: () => YEAR_BITS },
    { least: 3, most: measureReadable(text, at), bits: (length) => length * READABLE_BITS },
  ];
}

/**
 * Length of the stretch from `at` on whose every second character goes by one step or along a path on the keyboard, and those
 * between another (`a1b2c3`, `1q2w3e`, `qpwoei`).
 */
function measureInterleaved(text: string, at: number): number {
  const [even, odd] = [0, 1].map((first) => {
    const half = text
      .slice(at)
      .split('')
      .filter((_char, place) => place % 2 === first);
    return Math.max(measureSteps(half.join(''), 0), measureKeyboardPath(half.join(''), 0));
  }) as [number, number];
  return 2 * Math.min(even, odd);
}
