import { isCanary } from '../../model/canary.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Observation, Survey } from '../../model/report.js';

/** With more endpoints than this, those that belong to no service and are closed, silent or cut off are only counted. */
export const MAX_LISTED = 1_000;

/**
 * Lists what a report names of what was seen, and counts the rest by state and reason. `always` are endpoints that are
 * listed in any case, as are those that are open, and those that failed otherwise than by being cut off.
 */
export function listSome(
  observations: readonly Observation[],
  always: ReadonlySet<EndpointId>,
): { readonly listed: readonly Observation[]; readonly unlisted: Survey['unlisted'] } {
  const unlisted: Record<string, number> = {};
  if (observations.length <= MAX_LISTED) return { listed: observations, unlisted };
  const listed = observations.filter(({ endpoint, probe, state, reason }) => {
    const tells = state === 'open' || (state === 'error' && reason !== 'cut-off');
    const keep = tells || isCanary({ probe }) || always.has(endpoint);
    if (!keep) unlisted[`${state}/${reason}`] = (unlisted[`${state}/${reason}`] ?? 0) + 1;
    return keep;
  });
  return { listed, unlisted };
}
