import * as z from 'zod';

/** What is no control character, and no half of one outside the basic plane. */
const NO_CONTROLS = /^[^\p{Cc}\p{Cs}]*$/u;

/** Text in a file; a number is told to be put into quotes. */
export const anyText = z.string({
  error: ({ input }) => (input === undefined ? undefined : 'expected text; put numbers into quotes'),
});

/** One line of text: trimmed, not empty, at most `max` UTF-16 code units, no control characters. */
export const line = (max: number) =>
  anyText
    .trim()
    .min(1, { error: 'is empty', abort: true })
    .max(max, { abort: true })
    .regex(NO_CONTROLS, { error: 'control characters are not allowed', abort: true });
