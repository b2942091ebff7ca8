import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Grounds, SiteEvidence } from '../../model/site.js';
import type { Opening } from '../../check/rules/facts.js';
import { placeOf } from './addresses.js';
import { admits, type Explained, explainByMapping } from './explain-arrival.js';
import { identifyGateway, judgeNatPmp, judgeUpnp, listRouters } from './gateways.js';
import { coversEndpoint, type HeldMapping } from './mappings.js';
import type { Ledger } from './proofs.js';
import { recogniseRouter } from './router-evidence.js';

/** What explains an endpoint that answers from outside, and not by what arrived at the stand-in. */
export function explainOpening(
  endpoint: EndpointId,
  opening: Opening | null,
  evidence: SiteEvidence,
  mappings: readonly HeldMapping[],
  ledger: Ledger,
): Explained {
  const { lan, standIn } = evidence;
  const routers = listRouters(lan.gateways);
  const asked = parseEndpointId(endpoint);
  const missed = ledger.missed.has(endpoint);
  const source = findSource(evidence);
  const ways = asked
    ? mappings.filter(({ mapping }) => coversEndpoint(mapping, asked) && admits(mapping.remoteHost, source))
    : [];
  const held = ways.find(({ mapping }) => !mapping.remoteHost) ?? ways[0];
  if (held) return explainByMapping(held);
  const router = opening && recogniseRouter(opening, lan.gateways, missed);
  if (router) {
    const grounds = { kind: 'router-answers', routers: routers.map(identifyGateway), ...router, missed } as const;
    return { cause: 'router', grounds, held: null };
  }
  return { cause: 'unexplained', grounds: listPossible(), held: null };

  function listPossible(): Grounds {
    if (opening?.nature === 'inside-device') return { kind: 'inside-device', missed };
    const natPmp = routers.some((one) => judgeNatPmp(one) === 'on' && judgeUpnp(one) !== 'listed');
    if (missed) return { kind: 'other-device', natPmp };
    const unread = routers.some((one) => ['partly-listed', 'unread'].includes(judgeUpnp(one)));
    return { kind: 'anything', natPmp, unread, standIn: standIn !== null };
  }
}

/** Where the vantage sends from: what arrived tells, or its name where that is an address. */
function findSource({ outside }: SiteEvidence): string | null {
  const arrived = outside?.proofs.find(({ from }) => from !== null)?.from ?? null;
  const host = outside?.vantage.replace(/:\d+$/, '') ?? '';
  return arrived ?? (placeOf(host) ? host : null);
}
