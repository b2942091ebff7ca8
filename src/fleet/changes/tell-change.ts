import type { Change, Issue } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { IdentityKind, Report } from '../../model/report.js';
import { findService } from '../../model/service.js';

/*
 * Changes in words. Severities decide who hears of them: docs/changes.md gives the reasons.
 */

export const DETERMINED_KEY = 'determined';
export const ADDRESS_KEY = 'address';

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
  const { rule, endpoint, severity, title } = now;
  const was = !old ? '' : old.waived ? ' (no longer accepted)' : ` (worse: ${old.severity} before)`;
  return {
    kind: now.outage ? 'service-lost' : 'exposed',
    key,
    severity,
    rule,
    endpoint,
    title: `${title}${was}`,
    before: old && (old.waived ? 'accepted' : old.severity),
    after: severity,
  };
}

/** An issue that is gone, which the look proved. */
export function tellEnd(key: string, { rule, endpoint, severity, title, outage }: Issue, report: Report): Change {
  const { answers } = report.liveness;
  // A line that is down looks the same as one that is well protected.
  const silence = !outage && answers === 0 ? ' (nothing at all answers there now)' : '';
  return {
    kind: outage ? 'service-back' : 'resolved',
    key,
    severity,
    rule,
    endpoint,
    title: `${outage ? 'Over' : 'Resolved'}: ${title}${silence}`,
    before: severity,
    after: null,
  };
}

/** Somebody else answers on an endpoint that was open before. */
export function tellIdentity(key: string, endpoint: string, before: string, after: string, report: Report): Change {
  const ofPhoneSystem = report.observations.some(
    (seen) =>
      seen.endpoint === endpoint &&
      (['admin', 'sip'].includes(findService(seen.service ?? '')?.kind ?? '') ||
        (seen.identity !== null && PHONE_SYSTEM.includes(seen.identity.kind))),
  );
  return {
    kind: 'identity-changed',
    key,
    severity: ofPhoneSystem ? 'medium' : 'low',
    rule: null,
    endpoint: endpoint as EndpointId,
    title: `Something else answers on ${endpoint}`,
    before,
    after,
  };
}

/** The slot has another address. */
export function tellAddress(before: string | null, after: string | null): Change {
  const title = 'The address is another one';
  return {
    kind: 'address-changed',
    key: ADDRESS_KEY,
    severity: 'info',
    rule: null,
    endpoint: null,
    title,
    before,
    after,
  };
}

/** The look came to no verdict where the one before did. */
export function tellLoss(before: string | null, { summary }: Report): Change {
  return {
    kind: 'no-longer-determined',
    key: DETERMINED_KEY,
    severity: 'low',
    rule: null,
    endpoint: null,
    title: 'How the site stands can no longer be told',
    before,
    after: summary,
  };
}
