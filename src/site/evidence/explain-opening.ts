import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { SiteEvidence } from '../../model/site.js';
import type { Opening } from '../../check/rules/facts.js';
import { placeOf } from './addresses.js';
import { admits, type Explained, explainByMapping } from './explain-arrival.js';
import { judgeNatPmp, judgeUpnp, listRouters, nameRouters } from './gateways.js';
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
  const elsewhere = ledger.missed.has(endpoint);
  const source = findSource(evidence);
  const ways = asked
    ? mappings.filter(({ mapping }) => coversEndpoint(mapping, asked) && admits(mapping.remoteHost, source))
    : [];
  const held = ways.find(({ mapping }) => !mapping.remoteHost) ?? ways[0];
  if (held) return explainByMapping(held);
  const proof = elsewhere ? 'It answers, but not from the stand-in: what was sent there did not arrive. ' : '';
  const router = opening && recogniseRouter(opening, lan.gateways, elsewhere);
  if (router)
    return { cause: 'router', sentence: `${proof}It is ${nameRouters(routers)} itself. ${router}`, held: null };
  return { cause: 'unexplained', sentence: `${proof}${describePossible()}`, held: null };

  function describePossible(): string {
    if (opening?.nature === 'inside-device')
      return 'A device inside answers, to which the router leads: by a forward or a DMZ.';
    if (elsewhere) return `A forward${natPmpToo()} or a DMZ to another device inside, or the router itself.`;
    const unread = routers.some((one) => ['partly-listed', 'unread'].includes(judgeUpnp(one)));
    const ways = `A forward${natPmpToo()}${unread ? ', one of the mappings that could not be read' : ''}, a DMZ, or the router itself`;
    return standIn
      ? `${ways}: the stand-in did not hear of it, and can not tell.`
      : `${ways}. Run preinstall with --stand-in to tell which.`;
  }
  function natPmpToo(): string {
    const hidden = routers.some((one) => judgeNatPmp(one) === 'on' && judgeUpnp(one) !== 'listed');
    return hidden ? ', a mapping by NAT-PMP (which can not be listed)' : '';
  }
}

/** Where the vantage sends from: what arrived tells, or its name where that is an address. */
function findSource({ outside }: SiteEvidence): string | null {
  const arrived = outside?.proofs.find(({ from }) => from !== null)?.from ?? null;
  const host = outside?.vantage.replace(/:\d+$/, '') ?? '';
  return arrived ?? (placeOf(host) ? host : null);
}
