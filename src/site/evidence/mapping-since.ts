import type { LanSurvey, PortMapping } from '../../model/lan.js';
import type { SiteReportData } from '../../model/site.js';
import { judgeUpnp } from './gateways.js';
import { keyOf, listMappings } from './mappings.js';

/**
 * When an earlier run first saw a mapping that every run since has seen; null where the last one did not. A run that
 * could not read the whole list says nothing either way. `earlier` is oldest first.
 */
export function findFirstSeen(mapping: PortMapping, earlier: readonly SiteReportData[]): string | null {
  const key = keyOf(mapping);
  let since: string | null = null;
  for (const { startedAt, evidence } of earlier.toReversed()) {
    if (listMappings(evidence.lan.gateways).some((held) => keyOf(held.mapping) === key)) since = startedAt;
    else if (listsAll(evidence.lan)) break;
  }
  return since;
}

/** Whether a survey read the mappings of every gateway that has any to tell, and one at least. */
export function listsAll({ interrupted, gateways }: LanSurvey): boolean {
  const states = gateways.map(judgeUpnp);
  return (
    !interrupted &&
    states.includes('listed') &&
    !states.some((state) => state === 'partly-listed' || state === 'unread')
  );
}
