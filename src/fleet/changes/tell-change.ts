import { summarise } from '../../check/judge/say-report.js';
import type { Change, Issue } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { FindingData } from '../../model/finding.js';
import type { IdentityKind, ReportData, Verdict } from '../../model/report.js';
import { findService } from '../../model/service.js';

/*
 * Changes as data. Severities decide who hears of them: docs/changes.md gives the reasons.
 */

export const DETERMINED_KEY = 'determined';
export const ADDRESS_KEY = 'address';
/** The key of a change of an issue, by its key among the issues of a state. */
export const issueChangeKey = (issue: string): string => `issue ${issue}`;
/** The key of a change of who answers on an endpoint. */
export const identityChangeKey = (endpoint: string): string => `identity ${endpoint}`;

/** What answers on these is the phone system, or poses as it. */
const PHONE_SYSTEM: readonly IdentityKind[] = [
  'nec-webpro',
  'nec-sip',
  'nec-phone-registration',
  'nec-dim',
  'sip-server',
];

/** An issue that is new, is worse than before, or is accepted no more. */
export function tellIssue(key: string, old: Issue | null, now: Issue): Change {
  const { rule, endpoint, severity, data } = now;
  const was = old && (old.waived ? 'accepted' : old.severity);
  const kind = now.outage ? 'service-lost' : 'exposed';
  return { kind, key, severity, rule, endpoint, data: { finding: data, was } };
}

/** An issue that is gone, which the look proved. */
export function tellEnd(key: string, { rule, endpoint, severity, data, outage }: Issue, report: ReportData): Change {
  // A line that is down looks the same as one that is well protected.
  const silent = !outage && report.liveness.answers === 0;
  const kind = outage ? 'service-back' : 'resolved';
  const isUnasked = outage && !isOpen(report, endpoint, data);
  return { kind, key, severity, rule, endpoint, data: { finding: data, silent, ...(isUnasked && { unasked: true }) } };
}

/** Whether an endpoint of what was missing is open now. */
function isOpen({ observations }: ReportData, missing: string | null, { service }: FindingData): boolean {
  const id = (service as { readonly id?: unknown } | undefined)?.id;
  return observations.some(
    (seen) => seen.state === 'open' && (seen.endpoint === missing || (seen.service !== null && seen.service === id)),
  );
}

/**
 * An exposure that the look did not show, and did not prove to be gone.
 * @param unasked the vantages that saw it and do not look any more
 */
export function tellLostSight(
  key: string,
  { rule, endpoint, severity, data }: Issue,
  unasked: readonly string[],
): Change {
  const told = { finding: data, ...(unasked.length > 0 && { unasked }) };
  return { kind: 'lost-sight', key, severity, rule, endpoint, data: told };
}

/** Someone else answers on an endpoint that was open before. */
export function tellIdentity(key: string, endpoint: string, before: string, after: string, report: ReportData): Change {
  const ofPhoneSystem = report.observations.some(
    (seen) =>
      seen.endpoint === endpoint &&
      (['admin', 'sip'].includes(findService(seen.service ?? '')?.kind ?? '') ||
        (seen.identity !== null && PHONE_SYSTEM.includes(seen.identity.kind))),
  );
  const severity = ofPhoneSystem ? 'medium' : 'low';
  return {
    ...{ kind: 'identity-changed', key, severity, rule: null, endpoint: endpoint as EndpointId },
    data: { before, after },
  };
}

/** The slot has another address. */
export function tellAddress(before: string | null, after: string | null): Change {
  return {
    ...{ kind: 'address-changed', key: ADDRESS_KEY, severity: 'info', rule: null, endpoint: null },
    data: { before, after },
  };
}

/** The look came to no verdict where the one before did. */
export function tellLoss(before: Verdict | null, report: ReportData): Change {
  return {
    ...{ kind: 'no-longer-determined', key: DETERMINED_KEY, severity: 'low', rule: null, endpoint: null },
    data: { before, summary: summarise(report) },
  };
}
