const WHITE_SPACE: ReadonlySet<string> = new Set([' ', '\t', '\n', '\r']);

/**
 * Parses JSON that says the same to every reader: where a key stands twice in an object, one reader takes the first and
 * another the last.
 * @throws SyntaxError for what is not JSON, or has a key twice
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (countWrittenKeys(text) !== countKeys(value)) throw new SyntaxError('a key stands twice in one object');
  return value;
}

/** Counts the texts with a colon after them, which only keys have. The text is known to be JSON. */
function countWrittenKeys(json: string): number {
  let count = 0;
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at)) {
    for (at++; json[at] !== '"'; at++) if (json[at] === '\\') at++;
    for (at++; WHITE_SPACE.has(json[at]!); at++);
    if (json[at] === ':') count++;
  }
  return count;
}

/** Counts the keys of all objects within a value; no recursion, since its depth is not known. */
function countKeys(value: unknown): number {
  let count = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next) as readonly unknown[];
    if (!Array.isArray(next)) count += inner.length;
    for (const item of inner) waiting.push(item);
  }
  return count;
}
