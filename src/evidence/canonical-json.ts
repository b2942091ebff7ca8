/** Deeper nesting is refused, so that no value can exhaust the stack. */
const MAX_DEPTH = 500;

/**
 * Writes a JSON value in the one form that RFC 8785 (JCS) gives it: keys by UTF-16 code units, numbers as ECMAScript
 * writes them, no white space. A property that is undefined is left out, as JSON.stringify does.
 * @throws TypeError for what is not a JSON value: numbers that are not finite, lone surrogates, other types; and for
 *   values nested more than 500 deep
 */
export function canonicalJson(value: unknown): string {
  return write(value, MAX_DEPTH);
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return writeText(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} that is not a value of JSON`);
  if (depth === 0) throw new TypeError(`nested more than ${MAX_DEPTH} deep`);
  return Array.isArray(value) ? writeList(value, depth - 1) : writeObject(value, depth - 1);
}

/** JSON.stringify escapes as RFC 8785 §3.2.2.2 does, except for lone surrogates, which have no form there. */
function writeText(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new TypeError('a text has a lone surrogate');
  return JSON.stringify(text);
}

function writeList(items: readonly unknown[], depth: number): string {
  return `[${Array.from(items, (item) => write(item, depth)).join(',')}]`;
}

function writeObject(value: object, depth: number): string {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // By UTF-16 code units: that is how JavaScript compares texts.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${writeText(key)}:${write(item, depth)}`).join(',')}}`;
}

/** The same value with U+FFFD for each lone surrogate, such as a text from a target has that was cut within a pair. */
export function makeWellFormed<T>(value: T): T {
  const mend = (_key: string, item: unknown) => (typeof item === 'string' ? item.replace(/\p{Cs}/gu, '\ufffd') : item);
  return JSON.parse(JSON.stringify(value), mend) as T;
}
