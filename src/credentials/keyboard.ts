import { reverse } from './repeats.js';

/** Rows and columns of keyboards with American, German and French letters. */
const LINES = ['1234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'qsdfghjklm', 'zxcvbnm', 'yxcvbnm'];
const COLUMNS = ['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm'];
const PATHS = [...LINES, ...COLUMNS].flatMap((path) => [path, reverse(path)]);

/** Length of the stretch from `at` on that follows a row or a column of a keyboard, at least 1. */
export function measureKeyboardPath(text: string, at: number): number {
  const rest = text.toLowerCase().slice(at, at + 10);
  let length = rest.length;
  while (length > 1 && !PATHS.some((path) => path.includes(rest.slice(0, length)))) length--;
  return Math.max(1, length);
}

/** Whether `least` characters in a row follow a row or a column of a keyboard. */
export function holdsKeyboardPath(text: string, least: number): boolean {
  return text.split('').some((_char, at) => measureKeyboardPath(text, at) >= least);
}
