import { isIPv4 } from 'node:net';

/** A target with what was pasted along with it taken off. */
export interface PastedTarget {
  readonly text: string;
  /** A target has none: what is checked of it is said elsewhere. */
  readonly port: number | null;
}

/** What is drawn as nothing, such as zero-width spaces, marks of direction and soft hyphens. */
const INVISIBLE = /\p{Cf}/gu;

const OPENING = new Set('"\'`´“”„‟«»‹›‘’‚‛(<{');
const CLOSING = new Set('"\'`´“”„‟«»‹›‘’‚‛)>},;.:!?');

const DASHES = /\s*[-\u2010-\u2015\u2212]\s*/g;

/**
 * Takes off what mails, chats, spreadsheets and browsers put around an address or a name: quotation marks, brackets,
 * punctuation behind it, invisible characters, a scheme and a path, a port, dashes of typesetting. What is left is not
 * judged; undefined if that is nothing, or if the text names a user or a path as well, so that it is not clear what it
 * means.
 */
export function unwrapTarget(text: string): PastedTarget | undefined {
  const bare = stripAround(text.replace(INVISIBLE, ''));
  const [, path = ''] = /^[a-z][a-z0-9+.-]{0,15}:\/\/(.*)$/is.exec(bare) ?? [];
  const place = path === '' ? bare.replace(/\/{1,2}$/, '') : path.split(/[/?#\\]/, 1)[0]!;
  if (place === '' || place.includes('@')) return undefined;
  const [, host = place, digits] = /^([^:]+|\[[^[\]]+\]):(\d{1,5})$/.exec(place) ?? [];
  if (digits !== undefined && !(Number(digits) >= 1 && Number(digits) <= 65_535)) return undefined;
  return { text: host.replace(DASHES, '-'), port: digits === undefined ? null : Number(digits) };
}

function stripAround(text: string): string {
  const isSpace = (char: string) => char.trim() === '';
  let [start, end] = [0, text.length];
  while (start < end && (OPENING.has(text[start]!) || isSpace(text[start]!))) start++;
  while (end > start && (CLOSING.has(text[end - 1]!) || isSpace(text[end - 1]!))) end--;
  return text.slice(start, end);
}

/**
 * What a text that is not a target may mean, the likeliest first: other digits, commas for dots, letters for digits,
 * zeros in front, a mask for a prefix length, `[.]` for a dot, an address within other text. Not all are targets.
 */
export function* guessTargets(text: string): Generator<string> {
  const plain = stripAround(
    text
      .normalize('NFKC')
      .replace(INVISIBLE, '')
      .replace(/[\u3002\uff61]/g, '.')
      .replace(/\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)/gi, '.')
      .replace(/^hxxp/i, 'http'),
  );
  yield plain;
  const dense = plain.replace(/\s+/g, '');
  if (/^[^:]+:\d*$/.test(dense)) yield dense.slice(0, dense.indexOf(':'));
  for (const digits of [dense, dense.replace(/,/g, '.'), dense.replace(/[oO]/g, '0').replace(/[lI]/g, '1')]) {
    const tidy = digits.replace(/\.{2,}/g, '.').replace(/(?<![\da-f:])0+(?=\d)/gi, '');
    if (/^[\d.:/-]+$/.test(tidy)) yield tidy;
    const [, network = '', mask = ''] = /^([\d.]+)\/([\d.]+)$/.exec(tidy) ?? [];
    const length = isIPv4(mask) ? prefixLength(mask) : undefined;
    if (length !== undefined) yield `${network}/${length}`;
    const [, prefix] = /^((?:\d{1,3}\.){3})\*$/.exec(digits) ?? [];
    if (prefix !== undefined) yield `${prefix}0/24`;
  }
  // Before an "@" stands a user, who may have been given the looks of an address.
  const rest = plain.slice(plain.lastIndexOf('@') + 1);
  // What consists of digits alone is a range or a network with a mistake: one address of it is not what was meant.
  const within = /^[\d.:/-]*$/.test(dense) ? null : /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/.exec(rest);
  if (within) yield within[0].replace(/(?<!\d)0+(?=\d)/g, '');
  const bracketed = /\[[\da-f:.]{2,45}\]/i.exec(rest);
  if (bracketed) yield bracketed[0];
  const host = rest.split(/[\s/?#\\,;]/, 1)[0]!;
  if (/[a-z]\.[a-z]/i.test(host)) yield host;
}

function prefixLength(mask: string): number | undefined {
  const bits = mask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0+$/, '').length : undefined;
}
