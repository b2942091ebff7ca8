/** Quotes a piece of the user's input for an error message: cut to `max` characters, control characters escaped. */
export function quote(text: string, max = 60): string {
  return JSON.stringify(text.length > max ? `${text.slice(0, max)}…` : text);
}
