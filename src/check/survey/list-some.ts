import { isCanary } from '../../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Observation, Reason, Survey } from '../../model/report.js';

/** With more endpoints than this, those that belong to no service and are closed, silent or cut off are only counted. */
export const MAX_LISTED = 1_000;

/** Of those that failed for one reason, so many are listed then. */
const FAILED_LISTED = 100;

/**
 * Lists what a report names of what was seen, by endpoint, and counts the rest by state and reason. `always` are
 * endpoints that are listed in any case, as are those that are open, and some of those that failed otherwise than by
 * being cut off.
 */
export function listSome(
  observations: readonly Observation[],
  always: ReadonlySet<EndpointId>,
): { readonly listed: readonly Observation[]; readonly unlisted: Survey['unlisted'] } {
  const unlisted: Record<string, number> = {};
  const count = ({ state, reason }: Observation, counted = 1): void => {
    if (counted > 0) unlisted[`${state}/${reason}`] = (unlisted[`${state}/${reason}`] ?? 0) + counted;
  };
  const byEndpoint = (a: Observation, b: Observation) => compareEndpointIds(a.endpoint, b.endpoint);
  if (observations.length <= MAX_LISTED) return { listed: observations.toSorted(byEndpoint), unlisted };
  const listed: Observation[] = [];
  const failed = new Map<Reason, Observation[]>();
  for (const observation of observations) {
    const { endpoint, state, reason } = observation;
    if (state === 'open' || isCanary(observation) || always.has(endpoint)) listed.push(observation);
    else if (state !== 'error' || reason === 'cut-off') count(observation);
    else if (failed.get(reason)?.push(observation) === undefined) failed.set(reason, [observation]);
  }
  for (const alike of failed.values()) {
    listed.push(...alike.sort(byEndpoint).slice(0, FAILED_LISTED));
    count(alike[0]!, alike.length - FAILED_LISTED);
  }
  return { listed: listed.sort(byEndpoint), unlisted };
}
