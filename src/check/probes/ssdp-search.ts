import type { SsdpEvidence } from '../../model/evidence.js';
import { parseSsdpAnswer, renderSsdpSearch } from '../../protocols/upnp/ssdp.js';
import type { Probe } from './probe.js';

/** Seconds within which devices spread their answers (UPnP Device Architecture 1.1 §1.3.2). */
const MX = 1;
const MAX_ANSWERS = 16;
/** One for each try: some gateways answer only one of them. */
const SEARCHES = renderSearches('upnp:rootdevice', 'ssdp:all', 'urn:schemas-upnp-org:device:InternetGatewayDevice:1');
/**
 * Asked of what answered and did not say what it is: a root device tells nothing of its type, and only gateways answer
 * these. Some answer the version that they are of, and no older one.
 */
const GATEWAY_SEARCHES = renderSearches(
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
);
const GATEWAY = /:(?:InternetGatewayDevice|WAN\w{1,32}|Layer3Forwarding):/;
/** How long to collect answers once a gateway has shown itself, and at least as long as it may still do so; ms. */
const COLLECT_MS = { gateway: MX * 1_000 + 100, other: 2_500 };
/** Some gateways answer here instead of where they were asked from. */
const SSDP_PORT = 1_900;

/** Unicast SSDP search. Answers may come from another port; a LOCATION in them is never followed. */
export const ssdpSearch: Probe = {
  id: 'ssdp-search',
  title: 'SSDP M-SEARCH (unicast)',
  transport: 'udp',
  services: ['upnp'],
  run: (engine, host, port, watcher) => {
    const key = `ssdp ${host.address}`;
    const otherMs = Math.max(COLLECT_MS.other, host.timing.patienceMs);
    let searches = SEARCHES;
    let asked = 0;
    return engine.watchUdp(host, port, watcher, {
      ask: () => ({ bytes: searches[asked++ % searches.length]!, key }),
      read: (bytes) => {
        const answer = parseSsdpAnswer(bytes);
        return answer && { ssdp: [answer] };
      },
      reason: 'ssdp-response',
      correlate: correlateSsdp,
      alsoAt: SSDP_PORT,
      collect: {
        ms: ({ ssdp }) => (ssdp?.some(isGateway) ? COLLECT_MS.gateway : otherMs),
        askMore: ({ ssdp }) => {
          if (ssdp === undefined || ssdp.some(isGateway)) return 0;
          [searches, asked] = [GATEWAY_SEARCHES, 0];
          return searches.length;
        },
        join: (all, next) => ({ ...all, ssdp: joinAnswers(all.ssdp, next.ssdp) }),
      },
    });
  },
};

function renderSearches(...targets: readonly string[]): Buffer[] {
  return targets.map((st) => renderSsdpSearch({ st, mx: MX }));
}

function joinAnswers<T>(all: readonly T[] = [], next: readonly T[] = []): T[] {
  const known = new Set(all.map((answer) => JSON.stringify(answer)));
  return [...all, ...next.filter((answer) => !known.has(JSON.stringify(answer)))].slice(0, MAX_ANSWERS);
}

function isGateway({ st, usn }: SsdpEvidence): boolean {
  return GATEWAY.test(`${st} ${usn}`);
}

function correlateSsdp(bytes: Buffer, from: { readonly address: string }): string | undefined {
  return parseSsdpAnswer(bytes) && `ssdp ${from.address}`;
}
