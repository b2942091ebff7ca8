import { isIP } from 'node:net';
import type { AddressScope } from './report.js';

export type AddressFamily = 4 | 6;

/** An IP address as a number: 32 bits for IPv4, 128 for IPv6. */
export interface Address {
  readonly family: AddressFamily;
  readonly value: bigint;
}

const MAPPED_PREFIX = 0xffffn;

/**
 * Parses an IPv4 or IPv6 literal; undefined when it is none. IPv4 is four decimal numbers without leading
 * zeros, never an integer or octal form. Zone ids (`fe80::1%eth0`) are refused, as they mean nothing elsewhere.
 */
export function parseAddress(text: string): Address | undefined {
  const family = text.length <= 45 && !text.includes('%') ? isIP(text) : 0;
  if (family === 4) return { family, value: BigInt(ipv4Number(text)) };
  return family === 6 ? { family, value: ipv6Value(text) } : undefined;
}

/** Turns an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, RFC 4291 §2.5.5.2) into the IPv4 address that it stands for. */
export function unmapAddress(address: Address): Address {
  const mapped = address.family === 6 && address.value >> 32n === MAPPED_PREFIX;
  return mapped ? { family: 4, value: address.value & 0xffff_ffffn } : address;
}

/** Writes an address in its canonical form (RFC 5952 for IPv6). */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return formatIpv4(Number(value));
  if (value >> 32n === MAPPED_PREFIX) return `::ffff:${formatIpv4(Number(value & 0xffff_ffffn))}`;
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

/** What kind of address a literal is; undefined if the text is not an IP address. */
export function addressScope(text: string): AddressScope | undefined {
  const address = parseAddress(text);
  return address && scopeOf(address);
}

const INSIDE: ReadonlySet<AddressScope | undefined> = new Set(['private', 'link-local', 'loopback']);

/** Whether a literal is an address that no one has on the internet or at a provider: one of a LAN or of this machine. */
export function isLanAddress(text: string): boolean {
  return INSIDE.has(addressScope(text));
}

/** What kind of address this is. IPv4 embedded in a mapped, NAT64 or 6to4 address decides for it. */
export function scopeOf({ family, value }: Address): AddressScope {
  const segments = SEGMENTS[family];
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle]!.first <= value) low = middle;
    else high = middle - 1;
  }
  const { scope } = segments[low]!;
  return typeof scope === 'string' ? scope : scopeOf({ family: 4, value: embedded(value, scope) });
}

/** The kinds of address that occur between two addresses of one family, both included. */
export function rangeScopes(family: AddressFamily, first: bigint, last: bigint): Set<AddressScope> {
  const found = new Set<AddressScope>();
  for (const segment of SEGMENTS[family]) {
    const from = segment.first > first ? segment.first : first;
    const to = segment.last < last ? segment.last : last;
    if (from > to) continue;
    const { scope } = segment;
    if (typeof scope === 'string') found.add(scope);
    else for (const inner of rangeScopes(4, embedded(from, scope), embedded(to, scope))) found.add(inner);
  }
  return found;
}

/** An IPv6 prefix whose addresses carry an IPv4 address, `shift` bits from the right. */
interface Embedding {
  readonly shift: bigint;
}

interface Segment {
  readonly first: bigint;
  readonly last: bigint;
  readonly scope: AddressScope | Embedding;
}

type Prefixes = readonly (readonly [prefix: string, scope: AddressScope | Embedding])[];

/**
 * IANA IPv4 Special-Purpose Address Registry (RFC 6890 and updates) and the multicast space (RFC 5771). The longest
 * prefix wins. Blocks that the registry calls globally reachable (AS112, AMT) are public.
 */
const IPV4_PREFIXES: Prefixes = [
  ['0.0.0.0/0', 'public'],
  ['0.0.0.0/8', 'reserved'],
  ['0.0.0.0/32', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'cgnat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['255.255.255.255/32', 'broadcast'],
];

/** IANA IPv6 Special-Purpose Address Registry; only 2000::/3 is global unicast so far (RFC 4291 §2.4). */
const IPV6_PREFIXES: Prefixes = [
  ['::/0', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', { shift: 0n }],
  ['64:ff9b::/96', { shift: 0n }],
  ['64:ff9b:1::/48', 'private'],
  ['2000::/3', 'public'],
  ['2001::/23', 'reserved'],
  ['2001:2::/48', 'benchmarking'],
  ['2001:3::/32', 'public'],
  ['2001:4:112::/48', 'public'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', { shift: 80n }],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
];

/** The address space of each family as ordered, gapless segments of one scope. */
const SEGMENTS: Record<AddressFamily, readonly Segment[]> = {
  4: buildSegments(IPV4_PREFIXES, 32),
  6: buildSegments(IPV6_PREFIXES, 128),
};

function buildSegments(prefixes: Prefixes, bits: number): Segment[] {
  const blocks = prefixes.map(([prefix, scope]) => {
    const [base = '', length] = prefix.split('/');
    const first = parseAddress(base)!.value;
    return { first, last: first + (1n << BigInt(bits - Number(length))) - 1n, scope };
  });
  const starts = [...new Set(blocks.flatMap(({ first, last }) => [first, last + 1n]))].sort(compareBigints);
  const end = starts.pop()!;
  return starts.map((first, i) => {
    const holding = blocks.filter((block) => block.first <= first && first <= block.last);
    const narrowest = holding.reduce((a, b) => (b.last - b.first < a.last - a.first ? b : a));
    return { first, last: (starts[i + 1] ?? end) - 1n, scope: narrowest.scope };
  });
}

function embedded(value: bigint, { shift }: Embedding): bigint {
  return (value >> shift) & 0xffff_ffffn;
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function ipv4Number(text: string): number {
  return text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function ipv6Value(text: string): bigint {
  const gap = text.indexOf('::');
  const left = ipv6Groups(gap === -1 ? text : text.slice(0, gap));
  const right = gap === -1 ? [] : ipv6Groups(text.slice(gap + 2));
  const groups = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  let value = 0n;
  for (let i = 0; i < 8; i += 2) value = (value << 32n) | BigInt(groups[i]! * 0x1_0000 + groups[i + 1]!);
  return value;
}

function ipv6Groups(text: string): number[] {
  const groups: number[] = [];
  if (text === '') return groups;
  for (const group of text.split(':')) {
    if (group.includes('.')) {
      const ipv4 = ipv4Number(group);
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    } else groups.push(parseInt(group, 16));
  }
  return groups;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** What a host name resolved to: every A and AAAA, and why one kind of them may be missing; or why there is none. */
export type Resolution =
  { readonly addresses: readonly string[]; readonly missing?: string } | { readonly problem: string };

/** Resolves a host name. */
export type ResolveName = (name: string) => Promise<Resolution>;
