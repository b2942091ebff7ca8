import { HELPER_CANARY } from '../../model/canary.js';
import { parseEndpointId, type EndpointId } from '../../model/endpoint.js';
import type { Survey } from '../../model/report.js';

/** An observation as the survey holds it, with the identity of what answered. */
export type Seen = Survey['observations'][number];

/** TCP ports on which a firewall's SIP helper is known to complete handshakes, as far as NEC systems use them. */
const HELPER_PORTS: readonly EndpointId[] = ['tcp/5060', 'tcp/5070', 'tcp/5080'];

/** Whether the other side said anything in a protocol, beyond completing a handshake. */
function hasProtocolText({ identity, evidence }: Seen): boolean {
  const { http, login, sip, natPmp, ssdp, tls, banner } = evidence;
  return Boolean(identity ?? http ?? login ?? sip ?? natPmp ?? tls) || Boolean(ssdp?.length) || Boolean(banner?.trim());
}

/**
 * A random TCP canary opens: a tarpit, a SYN proxy, a honeypot. One is enough, since some refuse a share of their ports,
 * and since no one forwards a port that we draw.
 */
export function opensEverywhere(canaries: readonly Seen[]): boolean {
  return canaries.some((seen) => seen.state === 'open');
}

/**
 * Whether an open endpoint counts although ports open that no one uses: UDP that answered does; TCP only where it said
 * something that the canaries do not say as well.
 */
export function isTrustedAmongTarpits(seen: Seen, canaries: readonly Seen[]): boolean {
  if (parseEndpointId(seen.endpoint)?.transport === 'udp') return true;
  const { identity } = seen;
  if (identity) return !canaries.some((canary) => canary.identity?.fingerprint === identity.fingerprint);
  return hasProtocolText(seen) && !canaries.some(hasProtocolText);
}

/**
 * Endpoints whose handshake a firewall's SIP helper may have completed with no server behind: SIP ports that open
 * but say nothing, where tcp/2000 does the same. Holds tcp/2000 itself, or is empty.
 */
export function findHelperHandshakes(opened: readonly Seen[]): ReadonlySet<EndpointId> {
  const mute = new Set(opened.filter((seen) => !hasProtocolText(seen)).map((seen) => seen.endpoint));
  const suspects = HELPER_PORTS.filter((endpoint) => mute.has(endpoint));
  return new Set(mute.has(HELPER_CANARY) && suspects.length > 0 ? [...suspects, HELPER_CANARY] : []);
}

/** Open endpoints, one observation each: the one that tells most of what answers there. */
export function strongestOpen(observations: readonly Seen[]): Seen[] {
  const strongest = new Map<EndpointId, Seen>();
  for (const seen of observations) {
    const before = strongest.get(seen.endpoint);
    if (seen.state === 'open' && (!before || tells(seen) > tells(before))) strongest.set(seen.endpoint, seen);
  }
  return [...strongest.values()];
}

function tells(seen: Seen): number {
  return seen.identity ? 2 : Number(hasProtocolText(seen));
}
