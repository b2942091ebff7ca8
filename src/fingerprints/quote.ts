/**
 * Quotes what a target sent, cut to `max` characters and marked where it was cut: three quotes make a label
 * within the model's limits. The text stays raw; reporters escape it.
 */
export function quote(text: string, max = 64): string {
  return text.length > max ? `"${text.slice(0, max)}…"` : `"${text}"`;
}
