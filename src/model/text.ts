import * as z from 'zod';

/** Bounded text, cut by the parsers; still raw, so escape it where it is shown. `max` is in UTF-16 code units. */
export const text = (max: number) => z.string().max(max);

/** {@link text}, or null if there is none. */
export const nullableText = (max: number) => text(max).nullable();

/** The form of an id: of a profile, service, source, checklist or channel. */
export const ID_PATTERN = /^[a-z][a-z0-9-]{0,63}$/;

/** An id in a user's file. */
export const idSchema = z
  .string()
  .regex(ID_PATTERN, 'expected a lower-case name: letters, digits and hyphens, a letter first');
