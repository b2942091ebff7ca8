import fc from 'fast-check';
import type { Issue, SlotState } from '../../../src/model/change.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import { VERDICTS, type Report } from '../../../src/model/report.js';
import type { ReportedFinding } from '../../../src/model/finding.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { cleanReport, sampleFinding, sampleObservation } from '../../reports/sample-reports.js';

const ENDPOINTS: readonly EndpointId[] = ['tcp/80', 'tcp/8000', 'udp/5060', 'tcp/65535'];
const RULES = ['admin-interface-reachable', 'required-unreachable', 'dmz-suspected', '__proto__', 'constructor'];

/** A report whose look settled every endpoint of these tests, all of them closed but for what is given. */
export function lookAt(change: Partial<Report> = {}): Report {
  const given = change.observations ?? [];
  const rest = ENDPOINTS.filter((endpoint) => given.every((seen) => seen.endpoint !== endpoint));
  return {
    ...cleanReport,
    undetermined: [],
    ...change,
    observations: [...given, ...rest.map((endpoint) => sampleObservation({ endpoint, state: 'closed' }))],
  };
}

/** An open endpoint, and who answers there. */
export function openAt(endpoint: EndpointId, label: string | null, service: string | null = null) {
  const identity = label && {
    fingerprint: 'web-server',
    kind: 'web-server' as const,
    label,
    model: null,
    version: null,
    confidence: 'certain' as const,
    basis: [],
  };
  return sampleObservation({ endpoint, state: 'open', reason: 'syn-ack', service, identity: identity || null });
}

/** A report of a violation with one finding. */
export function violation(finding: Partial<ReportedFinding> = {}, change: Partial<Report> = {}): Report {
  return lookAt({ verdict: 'violation', findings: [sampleFinding(finding)], ...change });
}

const issue: fc.Arbitrary<Issue> = fc.record({
  rule: fc.constantFrom(...RULES),
  endpoint: fc.constantFrom(null, ...ENDPOINTS),
  severity: fc.constantFrom(...SEVERITIES),
  data: fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 8 }), { maxKeys: 2 }),
  outage: fc.boolean(),
  waived: fc.boolean(),
});

/** Any state that stateOf may give, and some that only a hostile store holds. */
export const anyState: fc.Arbitrary<SlotState> = fc.record({
  address: fc.constantFrom(null, '203.0.113.7', '203.0.113.8'),
  verdict: fc.constantFrom(...VERDICTS),
  issues: fc
    .uniqueArray(issue, { selector: ({ rule, endpoint }) => `${rule} ${endpoint}`, maxLength: 6 })
    .map((issues) =>
      Object.fromEntries(issues.map((one) => [one.endpoint === null ? one.rule : `${one.rule} ${one.endpoint}`, one])),
    ),
  identities: fc
    .array(fc.tuple(fc.constantFrom<string>(...ENDPOINTS), fc.constantFrom('WebPro', 'nginx', '')), { maxLength: 4 })
    .map((pairs) => Object.fromEntries(pairs)),
});
