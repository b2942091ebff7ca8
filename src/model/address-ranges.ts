import IPCIDR from 'ip-cidr';
import { formatAddress, parseAddress, unmapAddress, type Address, type AddressFamily } from './address.js';

/** Addresses of one family from `first` to `last`, both included. */
export interface AddressRange {
  readonly family: AddressFamily;
  readonly first: bigint;
  readonly last: bigint;
}

/** Length of ::ffff:0:0/96, the prefix of IPv4-mapped addresses (RFC 4291 §2.5.5.2). */
const MAPPED_PREFIX = 96;
const MAPPED_FIRST = 0xffffn << 32n;
const MAPPED_LAST = MAPPED_FIRST + 0xffff_ffffn;

/** The range of one address. */
export function singleRange({ family, value }: Address): AddressRange {
  return { family, first: value, last: value };
}

/**
 * Parses a network in CIDR form, whose host bits may be set; undefined when it is none. A network of IPv4-mapped
 * addresses is the IPv4 network that it stands for.
 */
export function parseCidr(text: string): AddressRange | undefined {
  const [, base = '', digits = ''] = /^([^/]{1,45})\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const given = parseAddress(base);
  if (!given) return undefined;
  const address = unmapAddress(given);
  const length = Number(digits) - (address.family === given.family ? 0 : MAPPED_PREFIX);
  if (length < 0 || length > (address.family === 4 ? 32 : 128)) return undefined;
  const [first, last] = new IPCIDR(`${formatAddress(address)}/${length}`).toRange<bigint>({ type: 'bigInteger' });
  return { family: address.family, first, last };
}

/**
 * Parses an address or a network in CIDR form; undefined when it is neither, or a network that holds only some of the
 * IPv4-mapped addresses and others too.
 */
export function parseNetwork(text: string): AddressRange | undefined {
  const address = parseAddress(text);
  const range = address ? singleRange(address) : parseCidr(text);
  return range && unmapRange(range);
}

/**
 * Turns a range of IPv4-mapped addresses into the IPv4 range that it stands for, so that no address hides behind a
 * second spelling; undefined for a range that holds only some of the mapped addresses and others too. One that holds
 * all of them stays as it is.
 */
export function unmapRange(range: AddressRange): AddressRange | undefined {
  const { family, first, last } = range;
  const untouched = last < MAPPED_FIRST || first > MAPPED_LAST;
  const swallowed = first < MAPPED_FIRST && last > MAPPED_LAST;
  if (family === 4 || untouched || swallowed) return range;
  if (first < MAPPED_FIRST || last > MAPPED_LAST) return undefined;
  return { family: 4, first: first - MAPPED_FIRST, last: last - MAPPED_FIRST };
}

/** Orders ranges and joins those that touch or overlap. */
export function mergeRanges(ranges: Iterable<AddressRange>): AddressRange[] {
  const merged: AddressRange[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    const previous = merged.at(-1);
    if (previous?.family !== range.family || range.first > previous.last + 1n) merged.push(range);
    else if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last };
  }
  return merged;
}

/** What is left of a range without the `holes`, which must come from {@link mergeRanges}. */
export function subtractRanges(range: AddressRange, holes: readonly AddressRange[]): AddressRange[] {
  const left: AddressRange[] = [];
  let { first } = range;
  for (let i = firstRangeFrom(holes, range.family, first); i < holes.length; i++) {
    const hole = holes[i]!;
    if (hole.family !== range.family || hole.first > range.last) break;
    if (hole.first > first) left.push({ ...range, first, last: hole.first - 1n });
    first = hole.last + 1n;
  }
  return first > range.last ? left : [...left, { ...range, first }];
}

/** Whether an address lies in one of the networks (CIDR form, or single addresses). Anything but an address is in none of them. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  return rangesContain(mergeRanges(networks.flatMap(recallNetwork)), address);
}

/** Networks that were asked for lately, since a few are asked for again and again: no more than so many. */
const lately = new Map<string, readonly AddressRange[]>();
const MOST_LATELY = 1000;

/** What {@link parseNetwork} gives, as a list of at most one. */
function recallNetwork(text: string): readonly AddressRange[] {
  const known = lately.get(text);
  if (known) return known;
  const range = parseNetwork(text);
  if (lately.size >= MOST_LATELY) lately.clear();
  const list = range ? [range] : [];
  lately.set(text, list);
  return list;
}

/** Whether an address literal is in one of the `ranges`, which must come from {@link mergeRanges}. */
export function rangesContain(ranges: readonly AddressRange[], text: string): boolean {
  const address = parseAddress(text);
  if (!address) return false;
  const { family, value } = unmapAddress(address);
  const range = ranges[firstRangeFrom(ranges, family, value)];
  return range?.family === family && range.first <= value;
}

/** Each range that begins within another, after the one that it begins in. */
export function findOverlaps<T extends AddressRange>(ranges: readonly T[]): (readonly [T, T])[] {
  const overlaps: (readonly [T, T])[] = [];
  const [first, ...others] = [...ranges].sort(compareRanges);
  let widest = first!;
  for (const range of others) {
    const apart = range.family !== widest.family || range.first > widest.last;
    if (!apart) overlaps.push([widest, range]);
    if (apart || range.last > widest.last) widest = range;
  }
  return overlaps;
}

/** Number of addresses in ranges that do not overlap. */
export function countAddresses(ranges: readonly AddressRange[]): bigint {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** Index of the first merged range that ends at or after an address. */
function firstRangeFrom(ranges: readonly AddressRange[], family: AddressFamily, value: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle]!;
    if (range.family < family || (range.family === family && range.last < value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareRanges(a: AddressRange, b: AddressRange): number {
  return a.family - b.family || (a.first < b.first ? -1 : Number(a.first > b.first));
}
