import { type Endpoint, parseEndpointId } from '../../model/endpoint.js';
import type { Explanation, Proof, SiteEvidence } from '../../model/site.js';
import { cutText } from '../../check/rules/wording.js';
import { isOnLan, isSameAddress } from './addresses.js';
import { judgeNatPmp, judgeUpnp, listRouters, nameGateway, nameRouters } from './gateways.js';
import { coversEndpoint, describeMapping, type HeldMapping, isByNatPmp } from './mappings.js';

/** What inside explains one thing that is reachable. */
export type Explained = Pick<Explanation, 'cause' | 'sentence'> & { readonly held: HeldMapping | null };

/** The mapping through which a signed message came; null where none leads to the stand-in. */
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
        isSameAddress(mapping.internalClient, standIn.address) || !isOnLan(gateway.address, lan.interfaces),
    );
  const port = (arrivedAt && parseEndpointId(arrivedAt)?.port) ?? asked.port;
  const fitting = ways.filter(({ mapping }) => mapping.internalPort === 0 || mapping.internalPort === port);
  return fitting.find(({ mapping }) => mapping.externalPort !== 0) ?? fitting[0] ?? ways[0] ?? null;
}

/** A mapping for one remote host lets in nobody else; a name that is no address may be anybody's. */
export function admits(remoteHost: string | null, from: string | null): boolean {
  const source = from?.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (!remoteHost?.trim() || /^(?:\*|0\.0\.0\.0|::)$/.test(remoteHost.trim())) return true;
  return !source || !/^[\d.]+$|:/.test(remoteHost) || isSameAddress(remoteHost, source);
}

/** A mapping as the explanation, whoever asked for it. */
export function explainByMapping(held: HeldMapping, tail = ''): Explained {
  const { gateway, mapping } = held;
  const natPmp = isByNatPmp(mapping);
  const kind = natPmp ? 'A mapping made by NAT-PMP or PCP' : 'A UPnP mapping';
  return {
    cause: natPmp ? 'nat-pmp' : 'upnp-mapping',
    sentence: `${kind} in ${nameGateway(gateway)}: ${describeMapping(mapping)}.${tail}`,
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
  const routers = listRouters(evidence.lan.gateways);
  const name = nameRouters(routers);
  if (dmz) {
    const sentence = `A DMZ, an exposed host or 1:1 NAT in ${name}: random ports arrive as well.`;
    return { cause: 'dmz', sentence, held: null };
  }
  const asked = parseEndpointId(proof.endpoint);
  const other = asked ? describeOther(asked, mappings) : '';
  const states = routers.map(judgeUpnp);
  const natPmp = routers.some((router) => judgeNatPmp(router) === 'on');
  if (routers.length === 0)
    return unexplained('No router was found on this side, so what lets it in is not known: a forward, or a mapping.');
  if (states.includes('partly-listed') || states.includes('unread'))
    return unexplained(
      `A static forward in ${name}, or a mapping among those that could not be read.${other} Look into the router.`,
    );
  if (states.includes('listed'))
    return staticForward(`Its UPnP list, read to the end, does not show it.${doubtNatPmp()}`);
  if (natPmp)
    return {
      cause: 'nat-pmp',
      sentence: `In ${name}, a static forward, or a mapping made by NAT-PMP, which answers and can not be listed.`,
      held: null,
    };
  if (routers.some(({ problems }) => problems.length > 0))
    return unexplained(
      `A static forward in ${name}, or a mapping: it could not be asked to the end whether it has UPnP or NAT-PMP.`,
    );
  return staticForward(
    'Neither UPnP nor NAT-PMP serves anybody; what a device opened before they were switched off stays until the router is restarted.',
  );

  function doubtNatPmp(): string {
    const listed = routers.every(({ answers }) => answers.some(({ server }) => /miniupnpd/i.test(server ?? '')));
    return natPmp && !listed ? ' NAT-PMP answers too; not every router shows its mappings in that list.' : '';
  }
  function staticForward(why: string): Explained {
    return {
      cause: 'static-forward',
      sentence: cutText(`A static forward in ${name}. ${why}${other}`, 512),
      held: null,
    };
  }
}

function unexplained(sentence: string): Explained {
  return { cause: 'unexplained', sentence, held: null };
}

/** A mapping of the same port that leads elsewhere, and so is not what let the message in. */
function describeOther(asked: Endpoint, mappings: readonly HeldMapping[]): string {
  const other = mappings.find(({ mapping }) => coversEndpoint(mapping, asked));
  return other ? ` A mapping of that port is listed too, but leads elsewhere: ${describeMapping(other.mapping)}.` : '';
}
