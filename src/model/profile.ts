import type { EndpointId } from './endpoint.js';
import type { ServiceKind } from './service.js';

/** A profile judges thousands of surveys: its index is made once. */
const INDEXES = new WeakMap<Profile['services'], ReadonlyMap<EndpointId, ProfileService>>();

export const ACCESSES = ['must', 'may', 'must-not'] as const;
/** What a profile says of one service from one source. */
export type Access = (typeof ACCESSES)[number];

/** The source that everyone is who belongs to no named source: an attacker, first of all. */
export const OUTSIDER = 'outsider';

/** A named place that traffic comes from, such as the SIP provider. */
export interface ProfileSource {
  readonly title: string;
  /** Networks of the source in CIDR form; empty if they are not known. */
  readonly cidrs: readonly string[];
}

/** A service as one profile sees it. */
export interface ProfileService {
  readonly id: string;
  readonly title: string;
  readonly kind: ServiceKind;
  /** Where the service is on this site: the maker's endpoints, or the moved ones. */
  readonly endpoints: readonly EndpointId[];
  /** The maker's endpoints, told apart so that "moved" and "still on the default port" can be judged. */
  readonly defaultEndpoints: readonly EndpointId[];
  readonly programs: readonly string[];
  readonly probed: boolean;
  /** Access for every source of the profile, and always for `outsider`. */
  readonly access: Readonly<Record<string, Access>>;
}

/** A profile after `extends`, defaults and overrides are applied: what the rules compare with. */
export interface Profile {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The file that it was read from, or null for a built-in one. */
  readonly file: string | null;
  readonly sources: Readonly<Record<string, ProfileSource>>;
  readonly services: readonly ProfileService[];
  /** Access to every endpoint that no service lists. */
  readonly unlisted: Access;
  /** A TCP endpoint of the site that always answers: where it does not, silence proves nothing. None if left out. */
  readonly alive?: EndpointId | undefined;
}

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

/** What a profile says of a service from a source. One that the service does not name is an outsider to it. */
export function accessOf({ access }: ProfileService, source: string, unlisted: Access): Access {
  const of = (name: string) => (Object.hasOwn(access, name) ? access[name] : undefined);
  return of(source) ?? of(OUTSIDER) ?? unlisted;
}
