import { type Exclusion, NO_EXCLUSION } from './exclusion.js';
import type { TargetSpec } from './targets.js';
import { InputError, throwErrors } from '../text/input-error.js';
import { rangeScopes } from '../../model/address.js';
import type { AddressScope } from '../../model/report.js';

/** So many addresses may be checked without an authorisation on record. */
export const AUTHORIZATION_LIMIT = 16;

/** Longest authorisation that a report holds, in characters. */
const MAX_AUTHORIZATION = 512;

/** What a special address is, in words that follow "is". */
const SCOPE_NAMES: Record<Exclude<AddressScope, 'public'>, string> = {
  loopback: 'a loopback address: this computer itself',
  private: 'a private address, used inside networks (RFC 1918, RFC 4193)',
  cgnat: "a carrier-grade NAT address (100.64.0.0/10, RFC 6598): a provider's inside, not the internet",
  'link-local': 'a link-local address, valid on one cable or radio only',
  documentation: 'a documentation address that nobody has',
  benchmarking: 'an address for benchmarks in laboratories (RFC 2544)',
  reserved: 'a reserved address that nobody has on the internet',
  multicast: 'a multicast address: a group, not one site',
  broadcast: 'the broadcast address',
  unspecified: 'the unspecified address: no site at all',
};

const NEVER: ReadonlySet<AddressScope> = new Set(['multicast', 'broadcast', 'unspecified']);

/**
 * Why an address of this scope is refused, as the end of a sentence that begins with the address; null where it may be
 * checked. Multicast, broadcast and unspecified addresses are always refused, other special ones unless allowed.
 */
export function guardTarget(scope: AddressScope, allowSpecial: boolean): string | null {
  const what = refuseScope(scope, allowSpecial);
  if (what === null) return null;
  return `is ${what}; ${NEVER.has(scope) ? 'it is never checked' : 'give --allow-special to check it all the same'}`;
}

/** What an address of this scope is where it may not be checked, as the end of a sentence; null where it may be. */
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
  const worst = scopes.find((scope) => NEVER.has(scope)) ?? scopes.find((scope) => guardTarget(scope, allowSpecial));
  const refusal = worst && guardTarget(worst, allowSpecial);
  if (!refusal) return null;
  return new InputError(`${spec.text} ${spec.count > 1n ? `holds an address that ${refusal}` : refusal}`, spec.place);
}

/**
 * Refuses more than {@link AUTHORIZATION_LIMIT} addresses without an authorisation.
 * @throws InputError
 */
export function requireAuthorization(count: bigint | number, authorizedBy: string | null | undefined): void {
  if (count <= AUTHORIZATION_LIMIT || authorizedBy?.trim()) return;
  throw new InputError(
    `${count} addresses: more than ${AUTHORIZATION_LIMIT} need --authorized-by "who, reference", which the report records`,
  );
}

/**
 * Normalises what the user gave as authorisation.
 * @throws InputError when it is blank or longer than a report holds
 */
export function parseAuthorization(text: string): string {
  const given = text.trim();
  if (given === '') throw new InputError('--authorized-by is empty: say who allowed the check, and a reference');
  if (given.length > MAX_AUTHORIZATION) {
    throw new InputError(`--authorized-by is longer than ${MAX_AUTHORIZATION} characters`);
  }
  return given;
}
