import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Gateway } from '../../model/lan.js';
import type { ReportedFinding } from '../../model/finding.js';
import type { SiteReport } from '../../model/site.js';
import { isSameAddress, placeOf } from './addresses.js';
import { isOfAnotherLine } from './detour.js';
import { externalAddresses, judgeNatPmp, judgeUpnp, listRouters, outwardAddresses } from './gateways.js';
import { listsAll } from './mapping-since.js';
import { type Ledger, ofTransport, sumProofs, TRANSPORTS } from './proofs.js';
import { isSameSite } from './same-site.js';

/*
 * What a run proves by what it does not tell. Absence of evidence is no evidence of absence: where the later run did not
 * look, or could not, what was known before still stands.
 */

/** An earlier report, a later one, and what that proves. */
export interface Again {
  readonly before: SiteReport;
  readonly report: SiteReport;
  /** Of the later one. It proves nothing shut where its stand-in listened elsewhere. */
  readonly ledger: Ledger;
  readonly sameSite: boolean;
}

export function lookAgain(before: SiteReport, report: SiteReport): Again {
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
function sawOtherLine({ evidence, findings }: SiteReport): boolean {
  const doubted = findings.some(({ rule, effect }) => rule === 'double-nat' && effect === 'inconclusive');
  const isTold = listRouters(evidence.lan.gateways).some((router) => outwardAddresses(router).length > 0);
  return isOfAnotherLine(evidence) || (doubted && isTold);
}

/** The check from outside, sound and to its end, got a refusal or, by TCP, no answer. */
function isRefused(report: SiteReport, endpoint: EndpointId): boolean {
  const check = report.evidence.outside?.check;
  if (sawOtherLine(report)) return false;
  if (!check || check.interrupted || check.findings.some(({ effect }) => effect === 'inconclusive')) return false;
  const seen = check.observations.filter((one) => one.endpoint === endpoint);
  return seen.length > 0 && seen.every(({ state }) => state === 'closed' || state === 'filtered');
}

/** Whether a report that does not tell a finding of an earlier one proves that it is gone. */
export function excludesFinding(again: Again, finding: ReportedFinding): boolean {
  const { before, report, ledger, sameSite } = again;
  const { evidence } = report;
  const { endpoint } = finding;
  const isSettled = (one: EndpointId) => ledger.arrived.has(one) || ledger.shut.has(one);
  const isShut = (one: EndpointId) => isShutNow(again, one);
  const wasReachable = before.reachable.some((one) => one.endpoint === endpoint);
  if (finding.rule === 'no-outside-view' || finding.rule === 'no-gateway-found') return true;
  if (!sameSite) return false;
  switch (finding.rule) {
    case 'upnp-on':
      return knowsInside(report) && before.evidence.lan.gateways.filter(letsOpen).every(isAskedAgain);
    case 'several-gateways':
      return knowsInside(report);
    case 'cgnat':
    case 'double-nat':
      return listRouters(evidence.lan.gateways)
        .flatMap(externalAddresses)
        .some((one) => placeOf(one) === 'internet' && isSameAddress(one, evidence.outside?.address ?? ''));
    case 'mapping-injected':
    case 'mapping-to-other-host':
    case 'mapping-to-nec-port':
      return (
        (listsAll(evidence.lan) && before.evidence.lan.gateways.filter(listsMappings).every(isListedAgain)) ||
        (endpoint !== null && wasReachable && isShut(endpoint))
      );
    case 'dmz-proved':
      return TRANSPORTS.filter((one) => finding.observations.some(ofTransport(one))).every((one) => {
        const canaries = ledger.canaries.filter((proof) => ofTransport(one)(proof.endpoint));
        return canaries.length > 0 && canaries.every((proof) => ledger.shut.has(proof.endpoint));
      });
    case 'forward-missing':
    case 'forward-to-wrong-port':
      // What is judged by another profile may only be allowed now.
      return before.profile.digest === report.profile.digest && endpoint !== null && isSettled(endpoint);
    case 'sip-alg':
      return passesSip(before, report);
    case 'checklist-open':
      return (evidence.checklist?.items ?? []).some(
        ({ title, state }) =>
          finding.title.endsWith(title.slice(0, 100)) && ['attested', 'not-applicable', 'measured'].includes(state),
      );
    default:
      return endpoint === null ? checksWell(report) : [endpoint, ...finding.observations].every(isShut);
  }

  function isAskedAgain({ address }: Gateway): boolean {
    return evidence.lan.gateways.some((gateway) => isSameAddress(gateway.address, address));
  }
  function isListedAgain({ address }: Gateway): boolean {
    return evidence.lan.gateways.some(
      (gateway) => isSameAddress(gateway.address, address) && judgeUpnp(gateway) === 'listed',
    );
  }
}

function letsOpen(gateway: Gateway): boolean {
  return !['silent', 'other-device'].includes(judgeUpnp(gateway)) || judgeNatPmp(gateway) !== 'silent';
}

function listsMappings({ connections }: Gateway): boolean {
  return connections.some(({ mappings }) => mappings.length > 0);
}

/** The gateways were asked, and what keeps silent is known to. */
function knowsInside({ evidence: { lan } }: SiteReport): boolean {
  const routers = listRouters(lan.gateways);
  return (
    !lan.interrupted &&
    lan.errors.length === 0 &&
    routers.length > 0 &&
    routers.every((router) => judgeUpnp(router) !== 'silent' || router.problems.length === 0)
  );
}

/** Each way on which SIP was altered or stopped carries all of it now. */
function passesSip(before: SiteReport, after: SiteReport): boolean {
  const now = after.evidence.outside?.sip ?? [];
  if (!isSamePorts(before, after)) return false;
  const broken = (before.evidence.outside?.sip ?? []).filter(({ state }) => state !== 'same');
  return broken.every((old) => {
    const same = now.filter(({ transport, direction }) => transport === old.transport && direction === old.direction);
    return same.length > 0 && same.every(({ state }) => state === 'same');
  });
}

/** An ALG that looks at some ports alone lets others pass. */
function isSamePorts(...reports: readonly [SiteReport, SiteReport]): boolean {
  const [then, now] = reports.map(({ evidence }) => evidence.outside?.sipPorts);
  return !then || (then.udp === now?.udp && then.tcp === now.tcp);
}

function checksWell(report: SiteReport): boolean {
  const check = report.evidence.outside?.check;
  return Boolean(check) && !sawOtherLine(report) && check?.verdict !== 'inconclusive' && !check?.interrupted;
}

/** Endpoints of both reports, random ports left out: each run picks others. */
export function listEndpoints(...reports: readonly SiteReport[]): EndpointId[] {
  const random = new Set(
    reports.flatMap(({ evidence: { outside } }) =>
      (outside?.proofs ?? []).flatMap(({ kind, endpoint }) => (kind === 'canary' ? [endpoint] : [])),
    ),
  );
  const all = reports.flatMap(({ reachable }) => reachable.map(({ endpoint }) => endpoint));
  return [...new Set(all)].filter((endpoint) => !random.has(endpoint)).sort(compareEndpointIds);
}
