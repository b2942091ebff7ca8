import { decodeXml, MAX_XML_BYTES, type XmlElement } from './xml.js';

/** What could be taken out of a text, or a plain sentence on why nothing; `isCut`: elements were open at its end. */
export type LooseXml = { readonly root: XmlElement; readonly isCut: boolean } | { readonly problem: string };

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 16_384;
const MAX_NAME = 256;
const MAX_TEXT = 192 * 1024;

/**
 * Takes the elements out of a text that `parseXml` refuses, as routers send them: end tags that are missing or do not
 * match, `<` within texts, control characters, careless comments and attributes, a document type without entities,
 * several roots. What it finds stands under a root without a name. On documents of UPnP that are well-formed, in which
 * no element has both text and elements, it finds the same as `parseXml`. Use it after that only, and say so.
 * Total and linear, in the same bounds; elements below 64 levels are left out. Refused where the bounds are passed, and
 * where entities are declared in front of the first element.
 */
export function parseLooseXml(source: Uint8Array | string): LooseXml {
  if (source.length > MAX_XML_BYTES) return { problem: `it is longer than ${MAX_XML_BYTES / 1024} KiB` };
  const text = typeof source === 'string' ? source : decodeXml(source);
  const firstTag = text.search(/<[A-Za-z_]/);
  // Behind the first tag it is no declaration, but text: whoever opens a port chooses the description.
  if (/<!ENTITY|<!DOCTYPE[^<>]*\[/i.test(text.slice(0, firstTag < 0 ? text.length : firstTag)))
    return { problem: 'it declares entities, which are refused' };
  const tree = new LooseTree();
  for (let at = 0, scanner = new Scanner(text); at < text.length && tree.isWithinBounds;) at = scanner.take(at, tree);
  if (!tree.isWithinBounds) return { problem: 'it is too large' };
  const { isCut } = tree;
  return { root: tree.end(), isCut };
}

/** Finds the pieces of a text. Where a mark comes next is kept, so that nothing is searched twice. */
class Scanner {
  readonly #next = new Map<string, number>();

  constructor(private readonly text: string) {}

  /** Takes the piece at `at`, a tag or a text up to the next one; the offset behind it. */
  take(at: number, tree: LooseTree): number {
    const { text } = this;
    if (text[at] !== '<') return this.#takeText(at, at, tree);
    if (text.startsWith('<!--', at)) return this.#behind('-->', at + 4) ?? this.#behind('>', at) ?? text.length;
    if (text.startsWith('<![CDATA[', at)) {
      const end = this.#behind(']]>', at + 9);
      if (end === undefined) return this.#takeText(at + 9, at + 9, tree);
      tree.text(text.slice(at + 9, end - 3));
      return end;
    }
    const end = this.#behind('>', at);
    if (end === undefined || (this.#find('<', at + 1) ?? end) < end) return this.#takeText(at, at + 1, tree);
    if (/[!?]/.test(text[at + 1] ?? '')) return end;
    const tag = /^<(\/?)([A-Za-z_][^\s/]*)/.exec(text.slice(at, Math.min(end - 1, at + MAX_NAME)));
    if (!tag?.[2]) return this.#takeText(at, at + 1, tree);
    const name = tag[2].slice(tag[2].lastIndexOf(':') + 1);
    if (tag[1]) tree.close(name);
    else if (tree.open(name) && text[end - 2] === '/') tree.close(name);
    return end;
  }

  #takeText(from: number, searchFrom: number, tree: LooseTree): number {
    const end = this.#find('<', searchFrom) ?? this.text.length;
    tree.text(decodeReferences(this.text.slice(from, end)));
    return end;
  }

  #behind(mark: string, from: number): number | undefined {
    const found = this.#find(mark, from);
    return found === undefined ? undefined : found + mark.length;
  }

  #find(mark: string, from: number): number | undefined {
    const known = this.#next.get(mark);
    const found = known !== undefined && known >= from ? known : this.text.indexOf(mark, from);
    this.#next.set(mark, found < 0 ? Infinity : found);
    return found < 0 || found === Infinity ? undefined : found;
  }
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** The arguments of calls, which have no elements within, except a list that was not escaped. */
const LEAF = /^New(?!PortListing$)/i;

/** Builds the tree, whatever comes. */
class LooseTree {
  readonly #open: OpenElement[] = [{ name: '', text: '', children: [] }];
  #elements = 0;
  #characters = 0;

  get isWithinBounds(): boolean {
    return this.#elements <= MAX_ELEMENTS && this.#characters <= MAX_TEXT;
  }

  get isCut(): boolean {
    return this.#open.length > 1;
  }

  /** An element with text has no elements within, so one that begins there ends it. False if it was left out. */
  open(name: string): boolean {
    const top = this.#open.at(-1)!;
    const isLeaf = LEAF.test(top.name) || (top.children.length === 0 && top.text.trim() !== '');
    if (isLeaf && this.#open.length > 1) this.#closeTop();
    this.#elements++;
    // Deeper than any document of UPnP: tags within a text. Their ends mean nothing either.
    if (this.#open.length >= MAX_DEPTH) return false;
    this.#open.push({ name, text: '', children: [] });
    return true;
  }

  /** Ends the innermost element of that name and all within it; an end without a beginning means nothing. */
  close(name: string): void {
    const at = this.#open.findLastIndex((element) => element.name.toLowerCase() === name.toLowerCase());
    if (at < 1) return;
    while (this.#open.length > at) this.#closeTop();
  }

  text(part: string): void {
    this.#characters += part.length;
    // eslint-disable-next-line no-control-regex
    this.#open.at(-1)!.text += part.replace(/[\0-\x08\x0B\x0C\x0E-\x1F]/g, '');
  }

  /** The whole; a text that has no end may be a part of one, and is left out. */
  end(): XmlElement {
    if (this.#open.length > 1 && this.#open.at(-1)!.children.length === 0) this.#open.pop();
    while (this.#open.length > 1) this.#closeTop();
    const { children } = this.#open[0]!;
    return { name: '', text: '', children };
  }

  #closeTop(): void {
    const { name, text, children } = this.#open.pop()!;
    this.#open.at(-1)!.children.push({ name, text: text.trim(), children });
  }
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeReferences(text: string): string {
  return text.replace(
    /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g,
    (whole, decimal, hex, name) => {
      if (name) return NAMED[name as string] ?? whole;
      const code = decimal ? Number(decimal) : parseInt(String(hex), 16);
      return isCharacter(code) ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Of XML 1.0 §2.2. */
function isCharacter(code: number): boolean {
  return code < 0x20 ? [9, 10, 13].includes(code) : code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff);
}
