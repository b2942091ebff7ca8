import * as z from 'zod';
import type { Found } from '../../check/rules/rule.js';
import { listNames } from '../../words/sentence.js';
import type { FindingData } from '../../model/finding.js';

/* Bounds of what findings hold: a hostile router may list a thousand mappings. */

const MOST = 12;

/** The first of a list, and how long it is. */
export interface Some<T> {
  readonly first: readonly T[];
  readonly count: number;
}

/** The form of {@link Some} with items of a form. */
export function someOf<T>(item: z.ZodType<T>) {
  return z.object({ first: z.array(item).max(MOST), count: z.int().nonnegative() });
}

/** Keeps the first of a list. */
export function takeSome<T>(all: readonly T[]): { first: T[]; count: number } {
  return { first: all.slice(0, MOST), count: all.length };
}

/** Lists them by name, at most `most`: `a, b and 7 more`. */
export function listSome<T>({ first, count }: Some<T>, nameOf: (item: T) => string = String, most = MOST): string {
  const names = first.map(nameOf);
  if (count <= names.length) return listNames(names, most);
  const shown = names.slice(0, most - 1);
  return shown.length > 0 ? `${shown.join(', ')} and ${count - shown.length} more` : `${count}`;
}

/** Findings one by one, up to a number; `sumUp` makes one of the rest. */
export function boundFindings<T, Data extends FindingData>(
  items: readonly T[],
  tell: (item: T) => Found<Data>,
  sumUp: (rest: readonly T[]) => Found<Data>,
): Found<Data>[] {
  if (items.length <= MOST) return items.map(tell);
  return [...items.slice(0, MOST - 1).map(tell), sumUp(items.slice(MOST - 1))];
}
