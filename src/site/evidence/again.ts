import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Finding } from '../../model/finding.js';
import type { SiteReportData } from '../../model/site.js';
import { isSameAddress, placeOf } from './addresses.js';
import { findOtherAddresses, isOfAnotherLine } from './detour.js';
import { externalAddresses, judgeNatPmp, judgeUpnp, listRouters, mayOpenPorts } from './gateways.js';
import { listsAll } from './mappings.js';
import { type Ledger, sumProofs } from './proofs.js';

/*
 * What a run proves by what it does not tell. Absence of evidence is not evidence of absence: where the later run did not
 * look, or could not, what was known before still stands.
 */

/** An earlier report, a later one, and what that proves. */
export interface Again {
  readonly before: SiteReportData;
  readonly report: SiteReportData;
  /** Of the later one. It proves nothing shut where its stand-in listened elsewhere. */
  readonly ledger: Ledger;
  readonly sameSite: boolean;
}

export function lookAgain(before: SiteReportData, report: SiteReportData): Again {
  const { standIn, outside, pbxAddress } = report.evidence;
  const ledger = sumProofs(standIn, outside);
  const place = before.evidence.standIn?.address ?? before.evidence.pbxAddress ?? pbxAddress;
  const inPlace = standIn !== null && place !== null && isSameAddress(standIn.address, place) && !sawOtherLine(report);
  const sameSite = isSameSite(before, report);
  return { before, report, ledger: inPlace ? ledger : { ...ledger, shut: new Set() }, sameSite };
}

/** Whether an endpoint is known not to be reachable any more, by that by which it was known to be. */
export function isShutNow({ before, report, ledger, sameSite }: Again, endpoint: EndpointId): boolean {
  if (!sameSite || report.reachable.some((one) => one.endpoint === endpoint)) return false;
  const proved = before.reachable.some((one) => one.endpoint === endpoint && one.basis === 'proved');
  return proved ? ledger.shut.has(endpoint) : isRefused(report, endpoint);
}

/** Whether the earlier run knew that an endpoint was not reachable, so that it has been opened since. */
export function wasShut({ before, report, sameSite }: Again, endpoint: EndpointId): boolean {
  const [then, now] = [before.evidence, report.evidence];
  const inPlace = then.standIn && now.standIn && isSameAddress(then.standIn.address, now.standIn.address);
  const shut = inPlace ? sumProofs(then.standIn, then.outside).shut : new Set();
  const proved = report.reachable.some((one) => one.endpoint === endpoint && one.basis === 'proved');
  return sameSite && (proved ? shut.has(endpoint) : isRefused(before, endpoint));
}

/** What was seen from outside may be of a VPN or of another line of the site. */
function sawOtherLine({ evidence }: SiteReportData): boolean {
  return isOfAnotherLine(evidence) || findOtherAddresses(evidence) !== null;
}

/** The check from outside, sound and to its end, got a refusal or, by TCP, no answer. */
function isRefused(report: SiteReportData, endpoint: EndpointId): boolean {
  const check = report.evidence.outside?.check;
  if (sawOtherLine(report)) return false;
  if (!check || check.interrupted || check.findings.some(({ effect }) => effect === 'inconclusive')) return false;
  const seen = check.observations.filter((one) => one.endpoint === endpoint);
  return seen.length > 0 && seen.every(({ state }) => state === 'closed' || state === 'filtered');
}

/** Unless its rule knows better: what a finding was seen on is shut now, or a sound check did not find it again. */
export function isGoneByDefault(again: Again, { endpoint, observations }: Pick<Finding, 'endpoint' | 'observations'>) {
  if (endpoint === null) return checksWell(again.report);
  return [endpoint, ...observations].every((one) => isShutNow(again, one));
}

/** Whether it is settled now where an agreed endpoint leads. What is judged by another profile may only be allowed now. */
export function isForwardSettled(again: Again, { endpoint }: Pick<Finding, 'endpoint'>): boolean {
  const { before, report, ledger } = again;
  const isSettled = endpoint !== null && (ledger.arrived.has(endpoint) || ledger.shut.has(endpoint));
  return before.profile.digest === report.profile.digest && isSettled;
}

/** Whether the later run could list all mappings, also those of each gateway that listed some before. */
function listsMappingsAgain({ before, report }: Again): boolean {
  const { lan } = report.evidence;
  return (
    listsAll(lan) &&
    before.evidence.lan.gateways
      .filter(({ connections }) => connections.some(({ mappings }) => mappings.length > 0))
      .every(({ address }) =>
        lan.gateways.some((gateway) => isSameAddress(gateway.address, address) && judgeUpnp(gateway) === 'listed'),
      )
  );
}

/** Whether a mapping that opened the endpoint is gone: it is not listed any more, or what it let in is shut. */
export function isMappingGone(again: Again, { endpoint }: Pick<Finding, 'endpoint'>): boolean {
  const wasReachable = again.before.reachable.some((one) => one.endpoint === endpoint);
  return listsMappingsAgain(again) || (endpoint !== null && wasReachable && isShutNow(again, endpoint));
}

/** Whether the later run asked the gateways, with each that let devices open ports before among them. */
export function asksAgain({ before, report }: Again): boolean {
  const { gateways } = report.evidence.lan;
  return (
    knowsInside(report) &&
    before.evidence.lan.gateways
      .filter((one) => mayOpenPorts(one) || judgeNatPmp(one) !== 'silent')
      .every(({ address }) => gateways.some((gateway) => isSameAddress(gateway.address, address)))
  );
}

/** Whether a router has the public address itself by which the vantage sees the site. */
export function hasPublicAddress({ report: { evidence } }: Again): boolean {
  return listRouters(evidence.lan.gateways)
    .flatMap(externalAddresses)
    .some((one) => placeOf(one) === 'internet' && isSameAddress(one, evidence.outside?.address ?? ''));
}

/** The gateways were asked, and what keeps silent is known to. */
export function knowsInside({ evidence: { lan } }: SiteReportData): boolean {
  const routers = listRouters(lan.gateways);
  return (
    !lan.interrupted &&
    lan.errors.length === 0 &&
    routers.length > 0 &&
    routers.every((router) => judgeUpnp(router) !== 'silent' || router.problems.length === 0)
  );
}

function checksWell(report: SiteReportData): boolean {
  const check = report.evidence.outside?.check;
  return Boolean(check) && !sawOtherLine(report) && check?.verdict !== 'inconclusive' && !check?.interrupted;
}

/** Endpoints of both reports, random ports left out: each run picks others. */
export function listEndpoints(...reports: readonly SiteReportData[]): EndpointId[] {
  const random = new Set(
    reports.flatMap(({ evidence: { outside } }) =>
      (outside?.proofs ?? []).flatMap(({ kind, endpoint }) => (kind === 'canary' ? [endpoint] : [])),
    ),
  );
  const all = reports.flatMap(({ reachable }) => reachable.map(({ endpoint }) => endpoint));
  return [...new Set(all)].filter((endpoint) => !random.has(endpoint)).sort(compareEndpointIds);
}

/**
 * Whether two reports are of one site, as far as they tell: by the client that both name; without one by the public
 * address, and where one of them does not know it, by the address of a gateway. A line that was given another public
 * address passes for another site.
 */
export function isSameSite(one: Pick<SiteReportData, 'client' | 'evidence'>, other: typeof one): boolean {
  if (one.client !== null || other.client !== null) return one.client === other.client;
  const [address, another] = [one, other].map(({ evidence }) => evidence.outside?.address ?? null);
  if (address && another) return isSameAddress(address, another);
  const gateways = other.evidence.lan.gateways;
  return one.evidence.lan.gateways.some((gateway) =>
    gateways.some((two) => isSameAddress(gateway.address, two.address)),
  );
}
