import { parseEndpointId } from '../../model/endpoint.js';
import type { Gateway } from '../../model/lan.js';
import type { Explanation, Grounds, Proof, SiteEvidence } from '../../model/site.js';
import { isAnyones, isOnLan, isSameAddress } from './addresses.js';
import { identifyGateway, judgeNatPmp, judgeUpnp, listRouters } from './gateways.js';
import { coversEndpoint, type HeldMapping, identifyMapping, insidePort, isByNatPmp } from './mappings.js';

/** What inside explains one thing that is reachable. */
export type Explained = Pick<Explanation, 'cause' | 'grounds'> & { readonly held: HeldMapping | null };

/** The mapping through which a signed message came; null if none leads to the stand-in. */
export function findWayIn(
  { endpoint, arrivedAt, from }: Proof,
  { standIn, lan }: SiteEvidence,
  mappings: readonly HeldMapping[],
): HeldMapping | null {
  const asked = parseEndpointId(endpoint);
  if (!asked || !standIn) return null;
  const ways = mappings
    .filter(({ mapping }) => coversEndpoint(mapping, asked) && admits(mapping.remoteHost, from))
    .filter(
      ({ gateway, mapping }) =>
        isSameAddress(mapping.internalClient, standIn.address) ||
        isAnyones(mapping.internalClient) ||
        !isOnLan(gateway.address, lan.interfaces),
    );
  const port = (arrivedAt && parseEndpointId(arrivedAt)?.port) ?? asked.port;
  const fitting = ways.filter(({ mapping }) => [null, port].includes(insidePort(mapping, asked.port)));
  return fitting.find(({ mapping }) => mapping.externalPort !== 0) ?? fitting[0] ?? ways[0] ?? null;
}

/** A mapping for one remote host lets in no one else; a name that is not an address may be anyone's. */
export function admits(remoteHost: string | null, from: string | null): boolean {
  const source = from?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (!remoteHost?.trim() || /^(?:\*|0\.0\.0\.0|::)$/.test(remoteHost.trim())) return true;
  return !source || !/^[\d.]+$|:/.test(remoteHost) || isSameAddress(remoteHost, source);
}

/** A mapping as the explanation, no matter who asked for it. */
export function explainByMapping(held: HeldMapping): Explained {
  const { gateway, mapping } = held;
  return {
    cause: isByNatPmp(mapping) ? 'nat-pmp' : 'upnp-mapping',
    grounds: { kind: 'mapping', gateway: identifyGateway(gateway), mapping: identifyMapping(mapping) },
    held,
  };
}

/** What explains a message that arrived through no mapping that is listed. `dmz`: so did one to a random port. */
export function explainArrival(
  proof: Proof,
  evidence: SiteEvidence,
  mappings: readonly HeldMapping[],
  dmz: boolean,
): Explained {
  const gateways = listRouters(evidence.lan.gateways);
  const routers = gateways.map(identifyGateway);
  if (dmz) return { cause: 'dmz', grounds: { kind: 'random-ports-arrive', routers }, held: null };
  const asked = parseEndpointId(proof.endpoint);
  // A mapping of the same port that leads elsewhere, and so is not what let the message in.
  const other = asked && mappings.find(({ mapping }) => coversEndpoint(mapping, asked))?.mapping;
  const otherMapping = other ? identifyMapping(other) : null;
  const states = gateways.map(judgeUpnp);
  const natPmp = gateways.some((router) => judgeNatPmp(router) === 'on');
  if (routers.length === 0) return unexplained({ kind: 'no-router' });
  if (states.includes('partly-listed') || states.includes('unread'))
    return unexplained({ kind: 'list-unread', routers, otherMapping });
  if (states.includes('listed'))
    return staticForward({ kind: 'not-in-the-list', routers, otherMapping, natPmp: natPmp && !listsNatPmp(gateways) });
  if (natPmp) return { cause: 'nat-pmp', grounds: { kind: 'nat-pmp-answers', routers }, held: null };
  if (gateways.some(({ problems }) => problems.length > 0)) return unexplained({ kind: 'not-fully-asked', routers });
  return staticForward({ kind: 'no-service-opens', routers, otherMapping });
}

/** miniupnpd shows the mappings of NAT-PMP in the list of UPnP; not every router does. */
function listsNatPmp(routers: readonly Gateway[]): boolean {
  return routers.every(({ answers }) => answers.some(({ server }) => /miniupnpd/i.test(server ?? '')));
}

function staticForward(grounds: Grounds): Explained {
  return { cause: 'static-forward', grounds, held: null };
}

function unexplained(grounds: Grounds): Explained {
  return { cause: 'unexplained', grounds, held: null };
}
