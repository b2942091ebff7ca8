/*
 * What the user typed, in an error message.
 */

import { cutText } from './sentence.js';

const MAX_WORD = 64;

/** Quotes a piece of the user's input: cut to `max` characters, and on one line, since control characters are escaped. */
export function quoteInput(text: string, max = 60): string {
  return JSON.stringify(cutText(text, max));
}

/** ` (did you mean "x"?)` for the candidate nearest to a mistyped word, or nothing if none is near. */
export function suggest(word: string, candidates: Iterable<string>): string {
  if (word.length > MAX_WORD) return '';
  let best = { candidate: '', distance: Math.max(2, Math.floor(word.length / 3)) + 1 };
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate);
    if (distance < best.distance && distance < candidate.length) best = { candidate, distance };
  }
  return best.candidate && ` (did you mean "${best.candidate}"?)`;
}

/** Levenshtein distance: insertions, deletions and replacements that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
