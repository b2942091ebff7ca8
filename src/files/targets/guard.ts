import { parseHostName, parseTargetSpec, type TargetSpec } from './targets.js';
import { InputError, throwErrors } from '../text/input-error.js';
import {
  type AddressRange,
  countAddresses,
  mergeRanges,
  rangesContain,
  subtractRanges,
} from '../../model/address-ranges.js';
import { rangeScopes, type ResolveName } from '../../model/address.js';
import type { AddressScope } from '../../model/report.js';

/** What a special address is, in words that follow "is". */
const SCOPE_NAMES: Record<Exclude<AddressScope, 'public'>, string> = {
  loopback: 'a loopback address: this computer itself',
  private: 'a private address, used inside networks (RFC 1918, RFC 4193)',
  cgnat: "a carrier-grade NAT address (100.64.0.0/10, RFC 6598): used inside a provider's network, not on the internet",
  'link-local': 'a link-local address, valid on one local link only',
  documentation: 'a documentation address that no one has',
  benchmarking: 'an address for benchmarks in laboratories (RFC 2544)',
  reserved: 'a reserved address that no one has on the internet',
  multicast: 'a multicast address: a group, not one site',
  broadcast: 'the broadcast address',
  unspecified: 'the unspecified address: no site at all',
};

/** What to do instead of checking a special address, in words that follow it. */
const INSTEAD: Record<Exclude<AddressScope, 'public'>, string> = {
  loopback: "give the customer's public address",
  private: 'give the customer\'s public address; on site, "sallyport lan" and "sallyport preinstall" check from inside',
  cgnat: 'ask the provider for a public address; on site, "sallyport preinstall" shows what is let in',
  'link-local': 'give the customer\'s public address; on site, "sallyport lan" checks from inside',
  documentation: 'it is an example: give the customer\'s public address, or try "sallyport demo"',
  benchmarking: "give the customer's public address",
  reserved: "give the customer's public address",
  multicast: 'it is never checked',
  broadcast: 'it is never checked',
  unspecified: 'it is never checked',
};

const NEVER: ReadonlySet<AddressScope> = new Set(['multicast', 'broadcast', 'unspecified']);

/**
 * What an address of this scope is where it may not be checked, as the end of a sentence; null if it may be.
 * Multicast, broadcast and unspecified addresses are always refused, other special ones unless allowed.
 */
export function refuseScope(scope: AddressScope, allowSpecial: boolean): string | null {
  return scope === 'public' || (allowSpecial && !NEVER.has(scope)) ? null : SCOPE_NAMES[scope];
}

/**
 * Refuses addresses, networks and ranges that hold an address which must not be checked and is not excluded. Names
 * pass: they are judged by what they resolve to.
 *
 * @throws InputError with one line for each refused target
 */
export function guardSpecs(specs: Iterable<TargetSpec>, allowSpecial: boolean, exclude?: Exclusion): void {
  throwErrors([...specs].flatMap((spec) => refuseSpec(spec, allowSpecial, exclude) ?? []));
}

/** The refusal of one target as an error, or null. */
export function refuseSpec(spec: TargetSpec, allowSpecial: boolean, exclude = NO_EXCLUSION): InputError | null {
  if (spec.kind === 'name') return null;
  const scopes = exclude.remainder(spec).flatMap(({ family, first, last }) => [...rangeScopes(family, first, last)]);
  const worst = scopes.find((scope) => NEVER.has(scope)) ?? scopes.find((scope) => refuseScope(scope, allowSpecial));
  const what = worst && refuseScope(worst, allowSpecial);
  if (!what || worst === 'public') return null;
  const is = spec.count > 1n ? 'contains an address that is' : 'is';
  const anyway = (flag: string) => (NEVER.has(worst) ? '' : ` (in a laboratory, ${flag} checks it anyway)`);
  return new InputError(
    (names) => `${spec.text} ${is} ${what}; ${INSTEAD[worst]}${anyway(names.allowSpecial)}`,
    spec.place,
  );
}

/** What must not be checked. */
export interface Exclusion {
  /** Whether an address literal or a host name is excluded. */
  covers(addressOrName: string): boolean;
  /** What is left of a range, in order. */
  remainder(range: AddressRange): readonly AddressRange[];
}

/**
 * Makes an exclusion of addresses, networks and ranges. A name excludes that name alone here; give the specs to
 * {@link resolveExclusions} first, so that it excludes its addresses as well.
 */
export function createExclusion(specs: Iterable<TargetSpec>): Exclusion {
  const all = [...specs];
  const ranges = mergeRanges(all.filter((spec) => spec.kind === 'range'));
  const names = new Set(all.flatMap((spec) => (spec.kind === 'name' ? [spec.name] : [])));
  return {
    covers: (text) => rangesContain(ranges, text) || (names.size > 0 && names.has(parseHostName(text) ?? '')),
    remainder: (range) => subtractRanges(range, ranges),
  };
}

/** An exclusion of nothing. */
export const NO_EXCLUSION = createExclusion([]);

/**
 * Adds the addresses of excluded names to the excluded specs.
 * @throws InputError for a name that does not resolve: what it stands for could be checked against the user's will
 */
export async function resolveExclusions(specs: Iterable<TargetSpec>, resolve: ResolveName): Promise<TargetSpec[]> {
  const resolved: TargetSpec[] = [];
  for (const spec of specs) {
    resolved.push(spec);
    if (spec.kind === 'range') continue;
    const answer = await resolve(spec.name);
    if ('problem' in answer) throw new InputError(`excluded name ${spec.name}: ${answer.problem}`, spec.place);
    if (answer.missing !== undefined) throw new InputError(`excluded name ${spec.name}: ${answer.missing}`, spec.place);
    resolved.push(...answer.addresses.map((address) => parseTargetSpec(address, spec.place)));
  }
  return resolved;
}

/** Number of different addresses in the targets without the excluded ones; a name counts as one. */
export function countTargets(specs: Iterable<TargetSpec>, exclusion: Exclusion = NO_EXCLUSION): bigint {
  const all = [...specs];
  const names = new Set(
    all.flatMap((spec) => (spec.kind === 'name' && !exclusion.covers(spec.name) ? [spec.name] : [])),
  );
  const ranges = mergeRanges(all.filter((spec) => spec.kind === 'range'));
  return countAddresses(ranges.flatMap((range) => exclusion.remainder(range))) + BigInt(names.size);
}

/** Longest authorisation that a report holds, in characters. */
const MAX_AUTHORIZATION = 512;

/**
 * Normalises what the user gave as authorisation.
 * @throws InputError when it is blank or longer than a report holds
 */
export function parseAuthorization(text: string): string {
  const given = text.trim();
  if (given === '') {
    throw new InputError(({ authorizedBy }) => `${authorizedBy} is empty: say who allowed the check, and a reference`);
  }
  if (given.length > MAX_AUTHORIZATION) {
    throw new InputError(({ authorizedBy }) => `${authorizedBy} is longer than ${MAX_AUTHORIZATION} characters`);
  }
  return given;
}
