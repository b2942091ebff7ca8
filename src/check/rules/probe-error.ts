import * as z from 'zod';
import { type Reason, REASONS } from '../../model/report.js';
import { nullableText } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import { countUnlisted, type Facts } from './facts.js';
import type { Seen } from './trust.js';
import { defineRule, type Doubt } from './rule.js';

const CAUSES: Partial<Record<Reason, string>> = {
  'fd-limit': 'our own limit on open files was reached (see ulimit -n, or --max-sockets)',
  'no-ports': 'our machine had no free local port',
  'no-route': 'our machine has no route to the target',
  'no-permission': 'our machine or its firewall forbade the probe',
  'cut-off': 'the check was cut off too early',
  internal: 'the probe failed because of an error in sallyport',
};

const failureSchema = endpointListSchema.extend({
  reason: z.enum(REASONS).nullable().describe('null: they are only counted, and may be open'),
  error: nullableText(120).describe('the system’s code of the error, or our own message'),
});
type Failure = Doubt<z.infer<typeof failureSchema>>;

/** Probes that failed on our own side: their endpoints are not known. */
export const probeError = defineRule({
  id: 'probe-error',
  title: 'A probe failed on our own side',
  explain:
    'An entry under “could not be determined”, with the cause: our limit on open files, no free local port, no route, a local firewall. It is blocking, because the state of the endpoint is unknown.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find(facts) {
    const byReason = new Map<Reason, Seen[]>();
    for (const seen of facts.survey.observations) {
      if (seen.state !== 'error') continue;
      const alike = byReason.get(seen.reason);
      if (alike) alike.push(seen);
      else byReason.set(seen.reason, [seen]);
    }
    const failures = REASONS.flatMap((reason) => findFailure(facts, reason, byReason.get(reason) ?? []));
    return { undetermined: [...failures, ...findUnlisted(facts)] };
  },
  doubt: failureSchema,
  sayDoubt: ({ data }) => ({
    what: `The state of ${sayEndpoints(data)}`,
    why: data.reason === null ? 'They failed, or are open, but are only counted and not listed.' : sayCause(data),
  }),
});

/** What failed for one reason: those that are listed, and those that the survey only counts. */
function findFailure(facts: Facts, reason: Reason, failed: readonly Seen[]): Failure[] {
  const counted = Math.max(0, facts.survey.unlisted[`error/${reason}`] ?? 0);
  if (failed.length + counted === 0) return [];
  const list = keepEndpoints(
    facts,
    failed.map(({ endpoint }) => endpoint),
    counted,
  );
  const [only] = list.endpoints;
  const isAlone = list.endpoints.length === 1 && list.random + list.others === 0;
  const [error = null] = failed
    .flatMap(({ evidence }) => evidence.detail || [])
    .map(keepError)
    .sort();
  return [{ endpoint: only && isAlone ? only : null, data: { ...list, reason, error }, blocking: true }];
}

/** Messages of the system name addresses and ports, which differ from look to look. */
function keepError(detail: string): string {
  return cutText(/\bE[A-Z]{3,}\b/.exec(detail)?.[0] ?? detail, 120);
}

/** A survey lists what is open one by one. Where it only counts such endpoints, they are not known to us. */
function findUnlisted(facts: Facts): Failure[] {
  const { unlisted } = facts.survey;
  const known = REASONS.reduce((sum, reason) => sum + Math.max(0, unlisted[`error/${reason}`] ?? 0), 0);
  const count = countUnlisted(unlisted, 'error') - known + countUnlisted(unlisted, 'open');
  if (count === 0) return [];
  return [{ endpoint: null, data: { ...keepEndpoints(facts, [], count), reason: null, error: null }, blocking: true }];
}

function sayCause({ reason, error }: Failure['data']): string {
  const cause = (reason && CAUSES[reason]) ?? `an error in sallyport (${reason})`;
  return `This is not the target's fault: ${cause}${error ? `: ${quote(error)}` : ''}.`;
}
