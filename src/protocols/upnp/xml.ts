import { isUtf8 } from 'node:buffer';
import { gunzipSync, inflateSync } from 'node:zlib';
import { SaxesParser } from 'saxes';

/** An element of a parsed document. Attributes are not kept: nothing in UPnP's messages is told by one. */
export interface XmlElement {
  /** Local name: what a name space prefix says is left out, as many devices use prefixes that they never declare. */
  readonly name: string;
  /** The text directly within it, CDATA included, without surrounding white space. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** A document's root, or a plain sentence on why there is none. */
export type XmlResult = { readonly root: XmlElement } | { readonly problem: string };

/** No more than this of a document is taken, in bytes; a longer one is refused. */
export const MAX_XML_BYTES = 256 * 1024;
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 16_384;
const MAX_ATTRIBUTES = 4_096;
const MAX_NAME = 256;
const MAX_ATTRIBUTE = 4_096;
/** Of one element; a list of mappings comes as the text of one. */
const MAX_TEXT = 192 * 1024;
const MAX_MESSAGE = 120;

/**
 * Parses an XML document (XML 1.0). Refused: document type declarations, and with them all entities but the five of
 * XML itself; more than 256 KiB, 32 levels, 16,384 elements, 4,096 attributes, names of more than 256, attributes of
 * more than 4,096 or a text of more than 192 Ki characters; whatever is not well-formed.
 * Forgiven, as devices do it: white space in front, anything behind the root, a bare `&`, unknown entities (which
 * stay as they are), Latin-1 and UTF-16 without a word of it, gzip and deflate, name spaces that are not declared. Total and linear.
 */
export function parseXml(source: Uint8Array | string): XmlResult {
  if (source.length > MAX_XML_BYTES) return { problem: `it is longer than ${MAX_XML_BYTES / 1024} KiB` };
  const text = (typeof source === 'string' ? source : decodeXml(source)).replace(/^[\s\uFEFF\0]+/, '');
  if (text === '') return { problem: 'it is empty' };
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return { problem: 'it declares a document type, which is refused' };
  const builder = new TreeBuilder();
  try {
    const parser = new SaxesParser({ position: false });
    parser.on('opentagstart', ({ name }) => builder.open(name));
    parser.on('attribute', ({ name, value }) => builder.attribute(name, value));
    parser.on('text', (part) => builder.text(part));
    parser.on('cdata', (part) => builder.text(part));
    parser.on('closetag', () => builder.close());
    parser.write(text.replace(/&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)/g, '&amp;')).close();
  } catch (error) {
    // What follows the root is of no interest: zero bytes and remains of buffers are common there.
    if (!builder.root) return { problem: describeError(error) };
  }
  return builder.root ? { root: builder.root } : { problem: 'it has no content' };
}

/** Whether an element has this local name; some devices do not keep to upper and lower case. */
export function isNamed(element: XmlElement, name: string): boolean {
  return element.name.toLowerCase() === name.toLowerCase();
}

/** The first child of that name. */
export function findChild(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => isNamed(child, name));
}

/** The first element of that name within `element`, itself included, in the order of the document. */
export function findWithin(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (!element || isNamed(element, name)) return element;
  for (const child of element.children) {
    const found = findWithin(child, name);
    if (found) return found;
  }
  return undefined;
}

/** The text of the first child of that name, cut to `max` characters; null if there is none or it is empty. */
export function childText(element: XmlElement | undefined, name: string, max: number): string | null {
  return findChild(element, name)?.text.slice(0, max) || null;
}

/** Writes a text as content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The text of a document: UTF-8, else UTF-16 or Latin-1, out of gzip or deflate if need be; at most 256 KiB of it. */
export function decodeXml(bytes: Uint8Array): string {
  const view = unzip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const wide = recogniseUtf16(view);
  if (wide === 'little') return view.toString('utf16le');
  if (wide === 'big')
    return Buffer.from(view.subarray(0, view.length & ~1))
      .swap16()
      .toString('utf16le');
  return view.toString(isUtf8(view) ? 'utf8' : 'latin1');
}

/** gzip (RFC 1952) and what HTTP calls deflate (RFC 1950), by their first two bytes. */
function unzip(view: Buffer): Buffer {
  const [first = 0, second = 0] = view;
  const isGzip = first === 0x1f && second === 0x8b;
  const isZlib = first === 0x78 && (first * 256 + second) % 31 === 0;
  if (!isGzip && !isZlib) return view;
  try {
    return (isGzip ? gunzipSync : inflateSync)(view, { maxOutputLength: MAX_XML_BYTES });
  } catch {
    return view;
  }
}

/** By its byte order mark, or by `<` and a zero byte. */
function recogniseUtf16(view: Buffer): 'little' | 'big' | null {
  const [a, b, c, d] = view;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && d === 0)) return 'little';
  return (a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c && c === 0) ? 'big' : null;
}

/** A refusal of ours; its message is a part of a sentence. */
class Refusal extends Error {}

function describeError(error: unknown): string {
  // Part of a sentence, which ends elsewhere.
  const message = error instanceof Error ? error.message.slice(0, MAX_MESSAGE).replace(/[.\s]+$/, '') : '';
  return error instanceof Refusal ? message : `it is not well-formed: ${message}`;
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/** Builds the tree; throws a refusal where a bound is passed. */
class TreeBuilder {
  readonly #open: OpenElement[] = [];
  #elements = 0;
  #attributes = 0;
  /** The whole root, once it was closed. */
  root: XmlElement | null = null;

  open(qualified: string): void {
    if (this.#open.length === MAX_DEPTH) throw new Refusal(`it is nested more than ${MAX_DEPTH} levels deep`);
    if (++this.#elements > MAX_ELEMENTS) throw new Refusal(`it has more than ${MAX_ELEMENTS} elements`);
    if (qualified.length > MAX_NAME) throw new Refusal('a name in it is too long');
    const name = qualified.slice(qualified.lastIndexOf(':') + 1);
    this.#open.push({ name, text: '', children: [] });
  }

  attribute(name: string, value: string): void {
    if (++this.#attributes > MAX_ATTRIBUTES) throw new Refusal(`it has more than ${MAX_ATTRIBUTES} attributes`);
    if (name.length > MAX_NAME || value.length > MAX_ATTRIBUTE) throw new Refusal('an attribute in it is too long');
  }

  text(part: string): void {
    const element = this.#open.at(-1);
    if (!element) return;
    if (element.text.length + part.length > MAX_TEXT) throw new Refusal('a text in it is too long');
    element.text += part;
  }

  close(): void {
    const closed = this.#open.pop();
    if (!closed) return;
    const element = { name: closed.name, text: closed.text.trim(), children: closed.children };
    const parent = this.#open.at(-1);
    if (parent) parent.children.push(element);
    else this.root = element;
  }
}
