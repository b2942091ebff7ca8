import { parseEndpointId } from '../../model/endpoint.js';
import type { Gateway } from '../../model/lan.js';
import type { Opening } from '../../check/rules/facts.js';
import { cutText, quote } from '../../check/rules/wording.js';

/** Where routers have pages and consoles of their own for their administration. */
const ROUTER_PORTS: readonly number[] = [22, 23, 80, 443, 7547, 8080, 8443];
/** Names that many devices have. */
const COMMON_NAMES =
  /^(?:router|gateway|device|linux|root|wireless|internet|home|modem|unknown|generic|default|admin)$/i;
const LEAST_NAME = 5;

/**
 * Why what answers from outside is the router itself, as a sentence; null where nothing says so. `elsewhere` tells that
 * the endpoint is proved not to lead to the stand-in.
 */
export function recogniseRouter(opening: Opening, gateways: readonly Gateway[], elsewhere: boolean): string | null {
  const { nature, seen } = opening;
  if (nature === 'nat-pmp') return 'NAT-PMP answers there, which routers speak.';
  if (nature === 'upnp' && seen.identity?.kind === 'upnp-gateway') return 'It answers as a UPnP gateway.';
  const name = findCommonName(opening, gateways);
  if (name !== null) return `It calls itself ${quote(name, 60)}, as the router does on this side.`;
  return elsewhere && looksAdministrative(opening)
    ? 'Most likely a page or console of its own; a forward to a device such as a recorder would look the same.'
    : null;
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
