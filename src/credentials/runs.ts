const DIGIT = /^\d$/;

/** The step from one character to the next: of digits from -4 to 5, since 0 follows 9; null if there is none. */
function findStep(from: string | undefined, to: string | undefined): number | null {
  if (from === undefined || to === undefined) return null;
  if (DIGIT.test(from) && DIGIT.test(to)) return ((Number(to) - Number(from) + 14) % 10) - 4;
  if (/^[a-z]$/i.test(from) && /^[a-z]$/i.test(to)) {
    return to.toLowerCase().charCodeAt(0) - from.toLowerCase().charCodeAt(0);
  }
  return null;
}

/** Length of the stretch from `at` on that goes by the same step all the way, at least 1; `steps` says which count. */
function measureSteady(text: string, at: number, counts: (step: number) => boolean): number {
  const first = findStep(text[at], text[at + 1]);
  if (first === null || !counts(first)) return 1;
  let length = 2;
  while (findStep(text[at + length - 1], text[at + length]) === first) length++;
  return length;
}

/** Length of the stretch from `at` on that goes up or down by one (`345`, `890`, `cba`), at least 1. */
export function measureRun(text: string, at: number): number {
  return measureSteady(text, at, (step) => Math.abs(step) === 1);
}

/** Length of the stretch from `at` on that goes by the same step all the way, whichever (`acegi`, `9630`), at least 1. */
export function measureSteps(text: string, at: number): number {
  return measureSteady(text, at, () => true);
}

/** Whether `least` characters in a row go up or down by one. */
export function holdsRun(text: string, least: number): boolean {
  return text.split('').some((_char, at) => measureRun(text, at) >= least);
}

/** Whether four digits in a row go by the same step, whichever (`2468`, `9630`). */
export function holdsSteadyDigits(text: string): boolean {
  const isStep = (step: number) => step !== 0;
  return text.split('').some((char, at) => DIGIT.test(char) && measureSteady(text, at, isStep) >= 4);
}

/** Whether a character stands `times` times in a row; case does not count. */
export function holdsSameInRow(text: string, times: number): boolean {
  const folded = text.toLowerCase();
  let count = 0;
  for (let at = 0; at < folded.length; at++) {
    count = folded[at] === folded[at - 1] ? count + 1 : 1;
    if (count >= times) return true;
  }
  return false;
}

/** How often the most frequent character is in the text. */
export function countMostFrequent(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Whether the text is one block several times (`1212`, `abcabc`), the last one perhaps cut; case does not count. */
export function isBlockRepeated(text: string): boolean {
  const folded = text.toLowerCase();
  for (let size = 1; size <= folded.length / 2; size++) if (folded.slice(size) === folded.slice(0, -size)) return true;
  return false;
}

/** Whether the text reads the same backwards (`1221`); case does not count. */
export function isMirrored(text: string): boolean {
  const folded = text.toLowerCase();
  return folded.length > 1 && folded === reverse(folded);
}

/** The text backwards, by UTF-16 code units. */
export function reverse(text: string): string {
  return text.split('').reverse().join('');
}

/** Length of the longest stretch from `at` on that stands earlier in the text too, without touching itself. */
export function measureRepeat(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && text.slice(0, at).includes(text.slice(at, at + length + 1))) length++;
  return length;
}
