import { compareEndpointIds, type EndpointId } from '../model/endpoint.js';
import type { Finding } from '../model/report.js';
import type { SiteReport } from '../model/site.js';
import { placeOf } from './addresses.js';
import { externalAddresses, judgeUpnp, listRouters } from './gateways.js';
import { listsAll } from './mapping-since.js';
import { type Ledger, ofTransport, sumProofs, TRANSPORTS } from './proofs.js';

/*
 * What a run proves by what it does not tell. Absence of evidence is no evidence of absence: where the later run did not
 * look, or could not, what was known before still stands.
 */

/** A later report, and what it proves. */
export interface Again {
  readonly report: SiteReport;
  readonly ledger: Ledger;
}

export function lookAgain(report: SiteReport): Again {
  return { report, ledger: sumProofs(report.evidence.standIn, report.evidence.outside) };
}

/** Whether an endpoint that was reachable is known to be so no longer. `proved`: it had arrived at a stand-in. */
export function isShutNow({ report, ledger }: Again, endpoint: EndpointId, proved: boolean): boolean {
  if (report.reachable.some((one) => one.endpoint === endpoint)) return false;
  return proved ? ledger.shut.has(endpoint) : isRefused(report, endpoint);
}

/** The check from outside, sound and to its end, got a refusal or, by TCP, no answer. */
function isRefused({ evidence: { outside } }: SiteReport, endpoint: EndpointId): boolean {
  const check = outside?.check;
  if (!check || check.interrupted || check.findings.some(({ effect }) => effect === 'inconclusive')) return false;
  const seen = check.observations.filter((one) => one.endpoint === endpoint);
  return seen.length > 0 && seen.every(({ state }) => state === 'closed' || state === 'filtered');
}

/** Whether a report that does not tell a finding of an earlier one proves that it is gone. */
export function excludesFinding(again: Again, finding: Finding, before: SiteReport): boolean {
  const { report, ledger } = again;
  const { evidence } = report;
  const { endpoint } = finding;
  const isSettled = (one: EndpointId) => ledger.arrived.has(one) || ledger.shut.has(one);
  const isShut = (one: EndpointId) =>
    isShutNow(
      again,
      one,
      before.reachable.some(({ endpoint: known, basis }) => known === one && basis === 'proved'),
    );
  switch (finding.rule) {
    case 'no-outside-view':
    case 'no-gateway-found':
      return true;
    case 'upnp-on':
    case 'several-gateways':
      return knowsInside(report);
    case 'cgnat':
    case 'double-nat':
      return listRouters(evidence.lan.gateways)
        .flatMap(externalAddresses)
        .some((one) => placeOf(one) === 'internet');
    case 'mapping-injected':
    case 'mapping-to-other-host':
    case 'mapping-to-nec-port':
      return listsAll(evidence.lan) || (endpoint !== null && isShut(endpoint));
    case 'dmz-proved':
      return TRANSPORTS.filter((one) => finding.observations.some(ofTransport(one))).every((one) => {
        const canaries = ledger.canaries.filter((proof) => ofTransport(one)(proof.endpoint));
        return canaries.length > 0 && canaries.every((proof) => ledger.shut.has(proof.endpoint));
      });
    case 'forward-missing':
    case 'forward-to-wrong-port':
      return endpoint !== null && isSettled(endpoint);
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
  const broken = (before.evidence.outside?.sip ?? []).filter(({ state }) => state !== 'same');
  return broken.every((old) => {
    const same = now.filter(({ transport, direction }) => transport === old.transport && direction === old.direction);
    return same.length > 0 && same.every(({ state }) => state === 'same');
  });
}

function checksWell({ evidence: { outside } }: SiteReport): boolean {
  const check = outside?.check;
  return Boolean(check) && check?.verdict !== 'inconclusive' && !check?.interrupted;
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
