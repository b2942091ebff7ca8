/*
 * Pieces of sentences. They cut and quote, and escape nothing: that is for the place where the sentence is shown.
 */

/** Cuts a text to at most `max` UTF-16 units, with an ellipsis where something is gone, and splits no pair. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Puts a text from the target or the user in quotation marks, cut to a length that leaves room for the rest. */
export function quote(text: string, max = 120): string {
  return `“${cutText(text, max)}”`;
}

/** For a name at the beginning of a sentence. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** For a title within a sentence; names with more than one capital, such as SIP or WebPro, stay as they are. */
export function lowerFirst(text: string): string {
  const isName = /^\S+?\p{Lu}/u.test(text);
  return isName ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

/** Lists names: `a`, `a and b`, `a, b and 7 more`. */
export function listNames(names: readonly string[], most = 12): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most);
  const last = names.length > most ? `${names.length - shown.length} more` : shown.pop();
  return shown.length > 0 ? `${shown.join(', ')} and ${last}` : (last ?? 'none');
}

/** Lists what can be chosen: `a`, `a or b`, `a, b or c`. */
export function listChoices(choices: readonly string[]): string {
  const others = choices.slice(0, -1).join(', ');
  return others ? `${others} or ${choices.at(-1)}` : (choices[0] ?? '');
}

/** `1 finding`, `2 findings`; a plural that is not regular is given. */
export function renderCount(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 || count === 1n ? noun : plural}`;
}
