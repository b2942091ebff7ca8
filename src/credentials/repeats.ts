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

/** How often the most frequent character stands in the text. */
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
