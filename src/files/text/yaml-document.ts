import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, visit } from 'yaml';
import { InputError, type InputPlace, throwErrors } from './input-error.js';
import { readText } from './read-text.js';
import type { EncodingNote } from './utf8-stream.js';
import { describeYamlErrors, hintToQuote, type YamlProblem } from './yaml-problems.js';
import { quoteInput } from '../../words/input.js';

/** Largest YAML file that is read, unless said otherwise. */
export const MAX_YAML_BYTES = 1 << 20;

/** Deepest nesting on one line, or of brackets; the YAML parser is recursive and costly beyond. */
const MAX_DEPTH = 64;

/** At most this many problems of one file are reported. */
const MAX_PROBLEMS = 50;

/** A path into the value of a document: keys of maps and indexes of lists. */
export type KeyPath = readonly PropertyKey[];

/** A parsed YAML file whose values have positions. */
export interface YamlDocument {
  readonly file: string;
  /** Plain JavaScript values. */
  readonly value: unknown;
  /** The place of a key in its map, or of an item in its list; of the nearest parent if there is none. */
  place(path: KeyPath): InputPlace;
  /** What a key is called in messages beside its place: `clients.acme.schedule`, without the positions of clients. */
  label(path: KeyPath): string;
}

/**
 * Reads a YAML 1.2 file of at most `maxBytes`, in UTF-8.
 * @param onNote lets other encodings be read, and takes in which it was
 * @throws InputError with a line for each problem, as {@link parseYaml}
 */
export async function readYaml(file: string, maxBytes = MAX_YAML_BYTES, onNote?: EncodingNote): Promise<YamlDocument> {
  return parseYaml(await readText(file, maxBytes, onNote), file);
}

/**
 * Parses YAML 1.2. Refuses repeated keys, anchors, aliases and tags, keys that are not plain, and deep nesting.
 * @throws InputError with one line for each problem
 */
export function parseYaml(text: string, file: string): YamlDocument {
  refuseDeepNesting(text, file);
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): InputPlace => {
    const { line, col } = counter.linePos(offset);
    return { file, line, column: col };
  };
  const problems = describeYamlErrors(text, [...document.errors, ...document.warnings], MAX_PROBLEMS);
  const told = problems.length > 0 ? problems : findMisuse(document, text).slice(0, MAX_PROBLEMS);
  throwErrors(told.map(({ message, offset }) => new InputError(message, placeAt(offset))));
  const value = document.toJS({ maxAliasCount: 0 }) as unknown;
  return {
    file,
    value,
    label: (path) => labelPath(value, path),
    place: (path) => ({ ...placeAt(findOffset(document.contents, path)), ...(path.length && { key: showPath(path) }) }),
  };
}

/** Writes a path as in `services.webpro.endpoints[0]`. */
function showPath(path: KeyPath): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** A path with the ids of listed mappings in place of their positions, which a reader would have to count. */
function labelPath(root: unknown, path: KeyPath): string {
  let value = root;
  const steps = path.flatMap((step): KeyPath => {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
    if (typeof step !== 'number' || typeof value !== 'object') return [step];
    const id = (value as { readonly id?: unknown } | null)?.id;
    return typeof id === 'string' && /^[\w.-]{1,64}$/.test(id) ? [id] : [];
  });
  return showPath(steps);
}

/** A problem of the value at `path`, as an error with its place. */
export function problemAt(document: YamlDocument, path: KeyPath, problem: string): InputError {
  const label = document.label(path);
  return new InputError(label === '' ? problem : `${label}: ${problem}`, document.place(path));
}

function findMisuse(document: Document, text: string): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const report = (node: Node | null, message: string) => problems.push({ message, offset: node?.range?.[0] ?? 0 });
  const checkValue = (node: Node) => {
    if ('anchor' in node && node.anchor) report(node, 'anchors are not supported');
    if (node.tag) report(node, 'tags are not supported');
  };
  visit(document, {
    Alias: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      const hint = problems.length < MAX_PROBLEMS && hintToQuote(text, { code: 'BAD_ALIAS', pos: [offset, offset] });
      problems.push({ message: `aliases are not supported${hint ? `; ${hint.message}` : ''}`, offset });
    },
    Scalar: (_, node) => checkValue(node),
    Seq: (_, node) => checkValue(node),
    Map: (_, node) => {
      checkValue(node);
      const seen = new Set<string>();
      for (const pair of node.items) {
        const key = keyOf(pair);
        if (key === undefined) report(pair.key as Node | null, 'a key must be plain text');
        else if (seen.has(key)) report(pair.key as Node, `key ${quoteInput(key)} is given twice`);
        else seen.add(key);
      }
    },
  });
  return problems;
}

function keyOf({ key }: Pair): string | undefined {
  const plain = isScalar(key) && ['string', 'number', 'boolean'].includes(typeof key.value);
  return plain ? String(key.value) : undefined;
}

function findOffset(root: unknown, path: KeyPath): number {
  let node = root;
  let offset = (root as Node | null)?.range?.[0] ?? 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(step)) : undefined;
    const item: unknown = isSeq(node) ? node.items[Number(step)] : pair?.key;
    const found = (item as Node | null | undefined)?.range?.[0];
    if (found === undefined) break;
    offset = found;
    node = pair ? pair.value : item;
  }
  return offset;
}

function refuseDeepNesting(text: string, file: string): void {
  let depth = 0;
  for (const [index, line] of text.split('\n').entries()) {
    for (const [bracket] of line.matchAll(/[[\]{}]/g)) depth += bracket === '[' || bracket === '{' ? 1 : -1;
    const compact = /^[\s?:-]*/.exec(line)?.[0].match(/[?:-](?=\s)/g)?.length ?? 0;
    if (Math.abs(depth) <= MAX_DEPTH && compact <= MAX_DEPTH) continue;
    throw new InputError('nested too deeply', { file, line: index + 1 });
  }
}
