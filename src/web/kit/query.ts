import * as z from 'zod';

/*
 * What the address of a page says besides its path, as forms write it: a field that was left empty says nothing.
 */

/** Longest text of a field. */
const MAX_TEXT = 256;

/** A text; undefined if it is empty. */
export const oneText = z
  .string()
  .max(MAX_TEXT)
  .optional()
  .transform((text) => (text?.trim() ? text.trim() : undefined));

/** Texts; undefined if there is none. */
export const manyTexts = z
  .union([z.string().max(MAX_TEXT), z.array(z.string().max(MAX_TEXT)).max(50)])
  .optional()
  .transform((given) => {
    const texts = [given ?? []].flat().filter((text) => text !== '');
    return texts.length > 0 ? texts : undefined;
  });

/** One of some values; undefined if the field is empty. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .union([z.enum(values), z.literal('')])
    .optional()
    .transform((value) => (value === '' ? undefined : value));

/** Several of some values; undefined if there is none. */
export const manyOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  manyTexts.pipe(z.array(z.enum(values)).optional());

/** How many things stand before the first that is shown. */
export const offset = z.coerce.number().int().min(0).max(100_000_000).default(0);

/** The address of a page with some of what it says changed; what is undefined is left out. */
export function linkTo(
  path: string,
  fields: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value ?? []].flat()) query.append(name, String(one));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
