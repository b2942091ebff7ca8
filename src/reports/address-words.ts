import { OUTSIDER } from '../model/profile.js';
import type { Report, ReportedObservation } from '../model/report.js';

/*
 * What the reports of an address say in the same words, wherever they are shown. Raw text: escape it.
 */

/** Where a check ran, and what proves that it could see. */
export function describeVantage({ source, address, scope, ownAddress, control }: Report['vantage']): string {
  const where = address ?? 'an unknown address';
  const nat = scope === 'private' || scope === 'cgnat' ? ` (${scope}, so behind NAT)` : '';
  const own = ownAddress ? '; the target is one of our own addresses' : '';
  const proof = control ? `; control ${control.endpoint}: ${control.before}, then ${control.after ?? 'not asked'}` : '';
  const who = source === OUTSIDER && !ownAddress ? '"outsider" (anyone on the internet)' : `"${source}"`;
  return `${where}${nat}, as ${who}${own}${proof}`;
}

/** Who answered on an endpoint, as surely as that is known. */
export function describeAnswerer({ identity, state, reason }: ReportedObservation): string {
  if (state === 'error') return `not checked: ${reason}`;
  if (identity) return identity.label + (identity.confidence === 'certain' ? '' : ` (${identity.confidence})`);
  return state === 'open' ? 'not identified' : '';
}
