/** The keys of a telephone (ITU-T E.161), row by row. */
const ROWS = ['123', '456', '789', '*0#'] as const;

interface Key {
  readonly row: number;
  readonly column: number;
}

const KEYS: ReadonlyMap<string, Key> = new Map(
  ROWS.flatMap((keys, row) => keys.split('').map((key, column) => [key, { row, column }] as const)),
);

/** The stretches of `size` keys in a row, as places; those with other characters are left out. */
function listStretches(text: string, size: number): Key[][] {
  const keys = text.split('').map((char) => KEYS.get(char));
  return keys
    .map((_key, at) => keys.slice(at, at + size).filter((key) => key !== undefined))
    .filter((stretch) => stretch.length === size);
}

const stepsOf = (keys: readonly Key[]) =>
  keys.slice(1).map((key, at) => ({ down: key.row - keys[at]!.row, right: key.column - keys[at]!.column }));

/** Whether three keys in a row lie on a straight line, one beside the other: `147`, `258`, `159`, `*0#`. */
function isLine(keys: readonly Key[]): boolean {
  const steps = stepsOf(keys);
  const [first] = steps;
  if (!first || Math.max(Math.abs(first.down), Math.abs(first.right)) !== 1) return false;
  return steps.every(({ down, right }) => down === first.down && right === first.right);
}

/** Whether each key lies right beside or below the one before: `1254`, `1478`. */
function isWalk(keys: readonly Key[]): boolean {
  return stepsOf(keys).every(({ down, right }) => Math.abs(down) + Math.abs(right) === 1);
}

/** Whether four keys are the corners of a rectangle (`1379`, `1346`) or the cross around a key (`2684`), in any order. */
function isBox(keys: readonly Key[]): boolean {
  const rows = new Set(keys.map(({ row }) => row));
  const columns = new Set(keys.map(({ column }) => column));
  const places = new Set(keys.map(({ row, column }) => row * 3 + column));
  if (places.size !== 4) return false;
  if (rows.size === 2 && columns.size === 2) return true;
  const middle = Math.min(...rows) + 1;
  return (
    rows.size === 3 &&
    Math.max(...rows) === middle + 1 &&
    keys.every(({ row, column }) => Math.abs(row - middle) + Math.abs(column - 1) === 1)
  );
}

/** Whether keys in a row make a figure on a telephone's keypad: a line of three; a walk, a box or a cross of four. */
export function holdsKeypadFigure(text: string): boolean {
  return listStretches(text, 3).some(isLine) || listStretches(text, 4).some((keys) => isWalk(keys) || isBox(keys));
}

const LETTERS = ['', '', 'abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'] as const;

/** The keys that spell a word of the letters a to z (`love` is 5683); other characters are left out. */
export function spellOnKeypad(word: string): string {
  const keys = word
    .toLowerCase()
    .split('')
    .map((letter) => LETTERS.findIndex((letters) => letters.includes(letter)));
  return keys.filter((key) => key >= 2).join('');
}
