import {
  countAddresses,
  mergeRanges,
  rangesContain,
  subtractRanges,
  type AddressRange,
} from '../../model/address-ranges.js';
import { InputError } from '../text/input-error.js';
import { parseHostName, parseTargetSpec, type TargetSpec } from './targets.js';
import type { ResolveName } from './expand-targets.js';

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
