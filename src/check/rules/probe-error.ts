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
  severity: 'info',
  find(facts) {
    const failed = facts.survey.observations.filter(({ state }) => state === 'error');
    const byReason = REASONS.map((reason) => failed.filter((seen) => seen.reason === reason));
    return {
      undetermined: [
        ...byReason.filter((seen) => seen.length > 0).map((seen) => findFailure(facts, seen)),
        ...findUnlisted(facts),
      ],
    };
  },
  doubt: failureSchema,
  sayDoubt: ({ data }) => ({
    what: `The state of ${sayEndpoints(data)}`,
    why: data.reason === null ? 'They failed, or are open, but are only counted and not listed.' : sayCause(data),
  }),
});

function findFailure(facts: Facts, failed: readonly Seen[]): Failure {
  const list = keepEndpoints(
    facts,
    failed.map(({ endpoint }) => endpoint),
  );
  const [only, ...more] = list.endpoints;
  const [error = null] = failed
    .flatMap(({ evidence }) => evidence.detail || [])
    .map(keepError)
    .sort();
  return {
    endpoint: only && more.length + list.random === 0 ? only : null,
    data: { ...list, reason: failed[0]?.reason ?? null, error },
    blocking: true,
  };
}

/** Messages of the system name addresses and ports, which differ from look to look. */
function keepError(detail: string): string {
  return cutText(/\bE[A-Z]{3,}\b/.exec(detail)?.[0] ?? detail, 120);
}

/** A survey lists what is open or failed one by one. Where it only counts such endpoints, they are not known to us. */
function findUnlisted(facts: Facts): Failure[] {
  const { unlisted } = facts.survey;
  const count = countUnlisted(unlisted, 'error') + countUnlisted(unlisted, 'open');
  if (count === 0) return [];
  return [{ endpoint: null, data: { ...keepEndpoints(facts, [], count), reason: null, error: null }, blocking: true }];
}

function sayCause({ reason, error }: Failure['data']): string {
  const cause = (reason && CAUSES[reason]) ?? `an error in sallyport (${reason})`;
  return `This is not the target's fault: ${cause}${error ? `: ${quote(error)}` : ''}.`;
}
