/** Rows of keyboards with the distance of each from the left edge, in quarters of a key; several countries' letters. */
const ROWS: readonly (readonly (readonly [number, string])[])[] = [
  [
    [0, '1234567890'],
    [2, 'qwertyuiop'],
    [3, 'asdfghjkl'],
    [5, 'zxcvbnm'],
  ],
  [
    [0, '1234567890'],
    [2, 'qwertzuiop'],
    [3, 'asdfghjkl'],
    [5, 'yxcvbnm'],
  ],
  [
    [0, '1234567890'],
    [2, 'azertyuiop'],
    [3, 'qsdfghjklm'],
    [5, 'wxcvbn'],
  ],
];
/** Keys that touch: beside one another, or in the row above or below with no more than three quarters between them. */
const NEAR = 3;

const NEIGHBOURS = ROWS.map(listNeighbours);

/**
 * Length of the stretch from `at` on in which each key touches the one before on one keyboard, in whichever direction
 * (`1q2w3e`, `zaqxsw`), at least 1. The same key again counts as a step too.
 */
export function measureKeyboardWalk(text: string, at: number): number {
  const keys = text.toLowerCase();
  return Math.max(
    ...NEIGHBOURS.map((neighbours) => {
      let length = 1;
      while (neighbours.has(keys.slice(at + length - 1, at + length + 1))) length++;
      return length;
    }),
  );
}

/** All pairs of keys that touch on a keyboard. */
function listNeighbours(rows: (typeof ROWS)[number]): ReadonlySet<string> {
  const keys = rows.flatMap(([edge, row], y) => row.split('').map((key, x) => ({ key, x: edge + 4 * x, y })));
  const touch = (a: (typeof keys)[number], b: (typeof keys)[number]): boolean =>
    a.y === b.y ? Math.abs(a.x - b.x) <= 4 : Math.abs(a.y - b.y) === 1 && Math.abs(a.x - b.x) <= NEAR;
  return new Set(keys.flatMap((a) => keys.filter((b) => touch(a, b)).map((b) => a.key + b.key)));
}
