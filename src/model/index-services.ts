import type { EndpointId } from './endpoint.js';
import type { Profile, ProfileService } from './profile.js';

/** A profile judges thousands of surveys: its index is made once. */
const INDEXES = new WeakMap<Profile['services'], ReadonlyMap<EndpointId, ProfileService>>();

/** Which service has an endpoint; the first, where a profile gives it to several. */
export function indexServices({ services }: Profile): ReadonlyMap<EndpointId, ProfileService> {
  const known = INDEXES.get(services);
  if (known) return known;
  const index = new Map<EndpointId, ProfileService>();
  INDEXES.set(services, index);
  for (const service of services)
    for (const endpoint of service.endpoints) if (!index.has(endpoint)) index.set(endpoint, service);
  return index;
}
