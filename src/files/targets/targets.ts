import { isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { guessTargets, type PastedTarget, unwrapTarget } from './pasted-target.js';
import { InputError, type InputPlace, throwErrors } from '../text/input-error.js';
import { refuseHostBits } from '../text/network.js';
import { type AddressRange, parseCidr, singleRange, unmapRange } from '../../model/address-ranges.js';
import { formatAddress, isLanAddress, parseAddress } from '../../model/address.js';
import { quoteInput } from '../../words/input.js';
import { listNames } from '../../words/sentence.js';

const MAX_TEXT = 512;

const MAX_NAME = 253;

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Punctuation that has no place in a host name of any script, in which dots have other forms as well. */
const PUNCTUATION = /[^\P{P}\-_.\u00b7\u30fb\u3002\uff0e\uff61]/u;

/** What the user gave as one target: addresses, or a host name to resolve. */
export type TargetSpec = RangeSpec | NameSpec;

interface GivenText {
  /** What the user wrote, at most 512 characters, without what was pasted along with it. */
  readonly text: string;
  /** How it was understood, where the user wrote more than a target: a line for people. */
  readonly note?: string | undefined;
  readonly place: InputPlace;
  /** Number of addresses; 1 for a name, of which only its resolution tells. */
  readonly count: bigint;
}

/** An address, CIDR network or range. IPv4-mapped IPv6 addresses have become IPv4. */
export interface RangeSpec extends GivenText, AddressRange {
  readonly kind: 'range';
}

/** A host name: lower case, punycode, without trailing dot. */
export interface NameSpec extends GivenText {
  readonly kind: 'name';
  readonly name: string;
}

/**
 * Parses one target: an IPv4 or IPv6 address (IPv6 also in brackets), a CIDR network (without host bits),
 * `a.b.c.d-e`, `first-last` of one family, or a host name (RFC 1123 §2.1; underscores are let through, as some
 * dynamic DNS names have them; other scripts become punycode). Spellings that systems read differently, such as
 * `2130706433`, `0x7f.1` or `010.0.0.1`, are refused and never guessed. A target with something around it, as in
 * `http://192.0.2.1/`, `192.0.2.1:80` or `"192.0.2.1",`, is understood and has a note of how.
 *
 * @throws InputError at `place`, with what may have been meant
 */
export function parseTargetSpec(text: string, place: InputPlace = {}): TargetSpec {
  const given = text.trim();
  if (given === '') throw new InputError('empty target', place);
  if (given.length > MAX_TEXT) throw new InputError(`target ${quoteInput(given)} is too long`, place);
  const spec = readTarget(given, place);
  if (spec) return spec;
  const pasted = unwrapTarget(given);
  const understood = pasted && readTarget(pasted.text, place);
  // Any word is a host name: with something around it, it is more likely no target at all.
  if (!understood || !looksLikeTarget(pasted.text)) throw new InputError(describeBadTarget(given), place);
  return { ...understood, note: describePasted(given, pasted) };
}

/** A target that is written as it should be; undefined for anything else. */
function readTarget(given: string, place: InputPlace): TargetSpec | undefined {
  const range = parseRange(given);
  if (range) {
    const twoWays = refuseHostBits(given);
    if (twoWays) throw new InputError(twoWays, place);
    const unmapped = unmapRange(range);
    if (!unmapped) throw new InputError(`${quoteInput(given)} is IPv4-mapped in part; give the IPv4 addresses`, place);
    return { kind: 'range', ...unmapped, text: given, place, count: unmapped.last - unmapped.first + 1n };
  }
  const name = parseHostName(given);
  return name === undefined ? undefined : { kind: 'name', name, text: given, place, count: 1n };
}

function describePasted(given: string, { text, port }: PastedTarget): string {
  const ignored = port === null ? '' : `; port ${port} is checked only if the profile or another option names it`;
  return `${quoteInput(given)} is read as ${text}${ignored}`;
}

/** The addresses of a range, one by one in canonical form: nothing is materialised. */
export function* listAddresses({ family, first, last }: AddressRange): Generator<string> {
  for (let value = first; value <= last; value++) yield formatAddress({ family, value });
}

function parseRange(text: string): AddressRange | undefined {
  const inner = /^\[([^[\]]*:[^[\]]*)\]$/.exec(text)?.[1];
  const address = parseAddress(inner ?? text);
  if (address) return singleRange(address);
  return inner === undefined ? (parseCidr(text) ?? parseDashRange(text)) : undefined;
}

function parseDashRange(text: string): AddressRange | undefined {
  const [from = '', to = '', ...rest] = text.split('-');
  const first = parseAddress(from);
  if (!first || rest.length > 0) return undefined;
  const lastOctet = first.family === 4 && /^(?:0|[1-9]\d{0,2})$/.test(to);
  const last = parseAddress(lastOctet ? from.replace(/\d+$/, to) : to);
  if (last?.family !== first.family || last.value < first.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

/** Normalises a host name; undefined when it is none, or could be read as an address. */
export function parseHostName(text: string): string | undefined {
  const plain = text.replace(/\.$/, '');
  // Quotation marks and dashes of typesetting would become part of a name that no one has.
  if (PUNCTUATION.test(plain)) return undefined;
  const ascii = /^\p{ASCII}*$/u.test(plain) ? plain.toLowerCase() : domainToASCII(plain);
  const labels = ascii.split('.');
  const top = labels.at(-1) ?? '';
  const looksNumeric = /^[\d-]*$/.test(top) || /^0x[\da-f]*$/.test(top);
  const valid = ascii.length <= MAX_NAME && labels.every((label) => LABEL.test(label));
  return valid && !looksNumeric ? ascii : undefined;
}

function describeBadTarget(text: string): string {
  const several = text.split(/[\s,;|]+/).filter((part) => part !== '');
  if (several.length > 1 && several.every((part) => looksLikeTarget(part) && isTarget(part))) {
    return `${quoteInput(text)} is several targets: give each by itself: ${listNames(several)}`;
  }
  for (const guess of guessTargets(text)) {
    const twoWays = refuseHostBits(guess);
    if (twoWays) return `${describeProblem(text)}; ${twoWays}`;
    const meant = isTarget(guess) ? guess : unwrapTarget(guess)?.text;
    if (meant !== undefined && looksLikeTarget(meant) && isTarget(meant))
      return `${describeProblem(text)} (did you mean ${quoteInput(meant)}?)`;
  }
  return describeProblem(text);
}

/** Whether a text has what tells an address or a full name from a word. */
export function looksLikeTarget(text: string): boolean {
  return /[.:]./.test(text);
}

/** Whether a text is a target as it stands. */
function isTarget(text: string): boolean {
  const range = parseRange(text);
  return range ? unmapRange(range) !== undefined && refuseHostBits(text) === null : parseHostName(text) !== undefined;
}

function describeProblem(text: string): string {
  const shown = quoteInput(text);
  if (text.includes('://')) return `${shown} is a URL; give only its host`;
  if (text.includes('%')) return `${shown}: IPv6 zones are not supported`;
  if (text.includes('/')) return `bad network ${shown}: expected an address and a prefix length such as 192.0.2.0/24`;
  if (/^[\d.]+-[\d.]*$/.test(text) || (text.includes(':') && text.includes('-'))) {
    return `bad range ${shown}: expected 192.0.2.1-20 or 192.0.2.1-192.0.2.20, low to high`;
  }
  if (/^(?:[^:]*|\[.*\]):\d+$/.test(text)) return `${shown}: ports are 1 to 65535, and a target has no port`;
  if (/^[\da-fx.]*$/i.test(text)) {
    return `${shown} is not an address: IPv4 is written as four decimal numbers without leading zeros`;
  }
  return `${shown} is neither an IP address nor a host name`;
}

/**
 * Parses HOST:PORT; an IPv6 host stands in brackets.
 * @throws InputError
 */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new InputError(`"${text}" is not HOST:PORT, such as 192.0.2.1:443 or [2001:db8::1]:443`);
  }
  return { host, port };
}

/**
 * What is wrong with an address that should be of a LAN; null if nothing is. IPv4 only: the phone systems and the
 * gateways' port mappings are.
 * @param option the option that it was given with, for the message
 * @param looker who looks at the LAN only, for example "sallyport lan"
 */
export function refuseLanAddress(text: string, option: string, looker: string): InputError | null {
  if (!isIPv4(text)) return new InputError(`${option} ${text}: expected an IPv4 address, such as 192.168.1.1`);
  if (isLanAddress(text)) return null;
  return new InputError(`${option} ${text} is not a private address: ${looker} checks the LAN only`);
}

/**
 * Requires that all addresses given with some options are of a LAN.
 * @param given addresses by the option that they were given with
 * @throws InputError with a line for each that is not
 */
export function requireLanAddresses(given: Readonly<Record<string, readonly string[]>>, looker: string): void {
  throwErrors(
    Object.entries(given).flatMap(([option, addresses]) =>
      addresses.flatMap((address) => refuseLanAddress(address, option, looker) ?? []),
    ),
  );
}
