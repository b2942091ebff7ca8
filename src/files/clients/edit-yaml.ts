import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Span } from '../text/csv-cells.js';

/** The entry of a client in the text of a YAML inventory. */
export interface YamlEntry extends Span {
  /** Spaces before each of its lines but the first. */
  readonly indent: number;
  /** The entry by itself: without those spaces, and with line feeds. */
  readonly text: string;
}

/** Finds the entry of a client in the text of an inventory; null if it is not there. */
export function findYamlEntry(text: string, id: string): YamlEntry | null {
  const item = listEntries(text).find((entry) => isOf(entry, id));
  const range = (item as Node | undefined)?.range;
  if (!item || !range) return null;
  const [start, valueEnd] = range;
  const end = item.flow ? valueEnd : endOfLine(text, text.slice(0, valueEnd).trimEnd().length);
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  const lines = text.slice(start, end).split(/\r\n|[\r\n]/);
  const leading = new RegExp(`^ {0,${indent}}`);
  const bare = lines.map((line, index) => (index === 0 ? line : line.replace(leading, '')));
  return { start, end, indent, text: bare.join('\n') };
}

function listEntries(text: string): YAMLMap[] {
  const { contents } = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const list: unknown = isMap(contents) ? contents.get('clients') : null;
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

/** An id that looks like a number is one to YAML, but not to an inventory. */
function isOf(entry: YAMLMap, id: string): boolean {
  const given: unknown = entry.get('id', true);
  return isScalar(given) && (given.source === id || String(given.value) === id);
}

function endOfLine(text: string, from: number): number {
  const found = text.slice(from).search(/[\r\n]/);
  return found === -1 ? text.length : from + found;
}

/** The text of an inventory with another text of one entry; every other character stays. */
export function replaceYamlEntry(
  text: string,
  { start, end, indent }: Span & { readonly indent: number },
  edited: string,
): string {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const [first = '', ...rest] = edited.trimEnd().split(/\r\n|[\r\n]/);
  const lines = [first, ...rest.map((line) => (line.trim() === '' ? '' : ' '.repeat(indent) + line))];
  return text.slice(0, start) + lines.join(lineEnd) + text.slice(end);
}
