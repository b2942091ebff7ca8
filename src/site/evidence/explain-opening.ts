import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Gateway } from '../../model/lan.js';
import type { Grounds, SiteEvidence } from '../../model/site.js';
import type { Opening } from '../../check/rules/facts.js';
import { placeOf } from './addresses.js';
import { admits, type Explained, explainByMapping } from './explain-arrival.js';
import { identifyGateway, judgeNatPmp, judgeUpnp, listRouters } from './gateways.js';
import { coversEndpoint, type HeldMapping } from './mappings.js';
import type { Ledger } from './proofs.js';
import { cutText } from '../../words/sentence.js';

/** Where routers have pages and consoles of their own for their administration. */
const ROUTER_PORTS: readonly number[] = [22, 23, 80, 443, 7547, 8080, 8443];
/** Names that many devices have. */
const COMMON_NAMES =
  /^(?:router|gateway|device|linux|root|wireless|internet|home|modem|unknown|generic|default|admin)$/i;
const LEAST_NAME = 5;

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

/** Why what answers from outside is taken for the router itself. */
type RouterSign = Pick<Extract<Grounds, { kind: 'router-answers' }>, 'sign' | 'name'>;

/**
 * What shows that it is the router itself that answers from outside; null if nothing does. `missed`: the endpoint is
 * proved not to lead to the stand-in.
 */
function recogniseRouter(opening: Opening, gateways: readonly Gateway[], missed: boolean): RouterSign | null {
  const { nature, seen } = opening;
  if (nature === 'nat-pmp') return { sign: 'nat-pmp', name: null };
  if (nature === 'upnp' && seen.identity?.kind === 'upnp-gateway') return { sign: 'upnp-gateway', name: null };
  const name = findCommonName(opening, gateways);
  if (name !== null) return { sign: 'same-name', name };
  return missed && looksAdministrative(opening) ? { sign: 'own-page', name: null } : null;
}

/** A name that the answer from outside and a gateway on this side share. */
function findCommonName({ seen: { evidence } }: Opening, gateways: readonly Gateway[]): string | null {
  const { http, login, banner, ssdp = [] } = evidence;
  const pages = [http, login].flatMap((page) => (page ? [page.server, page.title, page.authenticate] : []));
  const told = [...pages, banner, ...ssdp.map(({ server }) => server)].map((text) => text?.toLowerCase() ?? '');
  const names = gateways.flatMap(({ device, answers }) => [
    ...(device ? [device.friendlyName, device.modelName, device.manufacturer] : []),
    ...answers.map(({ server }) => server),
  ]);
  const common = names.find((name) => isTelling(name) && told.some((text) => text.includes(name.trim().toLowerCase())));
  return common ? cutText(common.trim(), 60) : null;
}

function isTelling(name: string | null): name is string {
  const text = name?.trim() ?? '';
  return text.length >= LEAST_NAME && !COMMON_NAMES.test(text);
}

function looksAdministrative({ endpoint, seen }: Opening): boolean {
  const parsed = parseEndpointId(endpoint);
  if (parsed?.transport !== 'tcp' || !ROUTER_PORTS.includes(parsed.port)) return false;
  const kind = seen.identity?.kind;
  return kind === 'web-server' || (!kind && Boolean(seen.evidence.banner?.trim()));
}
