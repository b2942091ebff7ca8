import type { Reason, Survey } from '../../model/report.js';
import type { RuleResult } from './old-rule.js';
type Undetermined = NonNullable<RuleResult['undetermined']>[number];
import { countUnlisted, type Seen } from './facts.js';
import type { Rule } from './old-rule.js';
import { listNames, quote } from './wording.js';

const CAUSES: Partial<Record<Reason, string>> = {
  'fd-limit': 'our own limit of open files was reached (see ulimit -n, or --max-sockets)',
  'no-ports': 'our machine had no free local port',
  'no-route': 'our machine has no route to the target',
  'no-permission': 'our machine or its firewall forbade the probe',
  'cut-off': 'the check was cut off before',
  internal: 'the probe failed by an error of ours',
};

/** Probes that failed on our own side: their endpoints are not known. */
export const probeError: Rule = {
  id: 'probe-error',
  title: 'A probe failed on our own side',
  severity: 'info',
  evaluate({ survey }) {
    const byReason = new Map<Reason, Seen[]>();
    for (const seen of survey.observations)
      if (seen.state === 'error') byReason.set(seen.reason, [...(byReason.get(seen.reason) ?? []), seen]);
    return {
      undetermined: [
        ...[...byReason].map(([reason, failed]) => describeFailure(reason, failed)),
        ...tellUncounted(survey),
      ],
    };
  },
};

function describeFailure(reason: Reason, failed: readonly Seen[]): Undetermined {
  const endpoints = [...new Set(failed.map(({ endpoint }) => endpoint))];
  const detail = failed.find(({ evidence }) => evidence.detail)?.evidence.detail;
  return {
    endpoint: endpoints.length === 1 ? (endpoints[0] ?? null) : null,
    what: `The state of ${listNames(endpoints)}`,
    why: `Not the target's doing: ${CAUSES[reason] ?? `an error of ours (${reason})`}${detail ? `: ${quote(detail)}` : ''}.`,
    blocking: true,
  };
}

/** A survey lists what is open or failed one by one. Where it only counts such endpoints, they are not known to us. */
function tellUncounted({ unlisted }: Survey): Undetermined[] {
  const count = countUnlisted(unlisted, 'error') + countUnlisted(unlisted, 'open');
  const why = 'They failed, or are open, but are only counted and not listed.';
  return count > 0 ? [{ endpoint: null, what: `The state of ${count} endpoints`, why, blocking: true }] : [];
}
