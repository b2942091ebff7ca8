import type { Access, ProfileService } from '../../model/profile.js';
import type { IdentityKind } from '../../model/report.js';
import { findService } from '../../model/service.js';
import { privateLocationHost } from '../../protocols/upnp/ssdp.js';
import type { Seen } from './trust.js';

/**
 * What an open endpoint seems to be, so that exactly one rule speaks of it:
 * `sip-helper` a handshake that a firewall may have completed · `moved-admin` WebPro or DIM where the profile does not
 * put it · `foreign` something else than the service that belongs there · `admin`, `sip`, `upnp`, `nat-pmp` as the names
 * say · `inside-device` a device on the LAN that answers SSDP · `service` another service of the profile · `unlisted`.
 */
export type Nature =
  | 'sip-helper'
  | 'moved-admin'
  | 'foreign'
  | 'admin'
  | 'sip'
  | 'inside-device'
  | 'upnp'
  | 'nat-pmp'
  | 'service'
  | 'unlisted';

/** What the profile says of the place where something answered. */
export interface EndpointRole {
  readonly service: ProfileService | undefined;
  readonly access: Access;
  /** The handshake may be a firewall's. */
  readonly helper: boolean;
  /** Whether the profile lets us reach the admin service of this id anywhere. */
  mayReachAdmin(serviceId: string): boolean;
}

const SIP_KINDS: readonly IdentityKind[] = ['nec-sip', 'nec-phone-registration', 'sip-server'];
const UPNP_KINDS: readonly IdentityKind[] = ['upnp-gateway', 'upnp-device'];

/** The services that NEC's administration interfaces belong to. */
const ADMIN_HOMES: Partial<Record<IdentityKind, string>> = { 'nec-webpro': 'webpro', 'nec-dim': 'dim' };

/**
 * What may answer on a service; a service that is not here may be anything. PCPro, CTI and call records have no known
 * first bytes: there only what names itself as something else is.
 */
const EXPECTED: Readonly<Record<string, readonly IdentityKind[]>> = {
  webpro: ['nec-webpro'],
  pcpro: [],
  dim: ['nec-dim'],
  cti: [],
  smdr: [],
  upnp: UPNP_KINDS,
  'nat-pmp': ['nat-pmp-gateway'],
};

/** Says what an open endpoint seems to be. */
export function recogniseNature(seen: Seen, place: EndpointRole): Nature {
  const { identity, evidence } = seen;
  const { service } = place;
  const kind = identity?.kind;
  if (place.helper) return 'sip-helper';
  const home = kind && ADMIN_HOMES[kind];
  if (home && !isGivenTo(service, home)) {
    if (place.access === 'must-not' || !place.mayReachAdmin(home)) return 'moved-admin';
    return service ? 'foreign' : 'unlisted';
  }
  if (service && kind && tellsItself(seen) && isForeign(kind, service) && !mayBeNecs(seen)) return 'foreign';
  if (kind === 'upnp-device' && insideLocation(seen) !== null) return 'inside-device';
  if ((kind && UPNP_KINDS.includes(kind)) || evidence.ssdp?.length) return 'upnp';
  if (kind === 'nat-pmp-gateway' || evidence.natPmp) return 'nat-pmp';
  const speaksSip = evidence.sip !== undefined || (kind && SIP_KINDS.includes(kind));
  if (speaksSip && (!service || service.kind === 'sip')) return 'sip';
  if (service?.kind === 'admin') return 'admin';
  return service ? 'service' : 'unlisted';
}

/** An admin service that only the profile knows may be any of the interfaces. */
function isGivenTo(service: ProfileService | undefined, home: string): boolean {
  return service?.kind === 'admin' && (service.id === home || findService(service.id) === undefined);
}

/**
 * Whether an identity is telling enough to say that it is not the service expected. A web server is, once it names
 * itself in any way, since WebPro would have been known by its pages; a vague match is not.
 */
function tellsItself({ identity, evidence: { http, login } }: Seen): boolean {
  const page = http ?? login;
  if (identity?.kind === 'web-server') return Boolean(page?.server ?? page?.title ?? page?.authenticate);
  return identity?.confidence !== 'possible';
}

/** Names that NEC gives to its phone systems and their parts; other products of NEC have names of their own. */
const NEC_NAME =
  /\bNEC(?![\w.])(?!.{0,16}Aterm)|(?<![A-Z0-9])S[LV](?:[12]100|[89][135]00)(?![0-9])|WebPro|PCPro|InMail/i;

/** Whether what answers calls itself by a name of NEC's, although we do not know it: then it is not said to be another's. */
function mayBeNecs({ identity, evidence: { http, login } }: Seen): boolean {
  if (identity?.kind !== 'web-server' && identity?.kind !== 'other') return false;
  const names = [identity.label, ...[http, login].map((page) => `${page?.server ?? ''} ${page?.title ?? ''}`)];
  return names.some((name) => NEC_NAME.test(name));
}

function isForeign(kind: IdentityKind, service: ProfileService): boolean {
  const known = Object.hasOwn(EXPECTED, service.id) ? EXPECTED[service.id] : undefined;
  const expected = known ?? (service.kind === 'sip' ? SIP_KINDS : undefined);
  return expected !== undefined && !expected.includes(kind);
}

/** The private address that a device gave as its own place by SSDP, if any did. */
export function insideLocation({ evidence }: Seen): string | null {
  return evidence.ssdp?.find(({ location }) => privateLocationHost(location) === 'private')?.location ?? null;
}
