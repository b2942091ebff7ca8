import fc from 'fast-check';
import type { EndpointId } from '../../src/model/endpoint.js';
import {
  IDENTITY_KINDS,
  REASONS,
  STATES,
  VERDICTS,
  type Identity,
  type Report,
  type ReportedObservation,
} from '../../src/model/report.js';
import { ABOUT, FIXED_BY, type ReportedFinding } from '../../src/model/finding.js';
import { SEVERITIES } from '../../src/model/severity.js';
import { cleanReport, hostileText } from './sample-reports.js';
import { CODE_POINT } from '../words/code-point.js';

/** Text as hostile, wide or ordinary as it comes, of up to about `max` code units. */
export function anyText(max: number): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.lorem({ maxCount: 12 }) },
    fc.constantFrom(
      hostileText,
      '\x1b[31m',
      '\u202e',
      '電話交換機',
      '🫠🇩🇪👍🏽❤️',
      'a\u0301\u0301\u0301\u0301\u0301\u0301',
      'ทดสอบนี้',
    ),
    fc.string({ unit: CODE_POINT, maxLength: 40 }),
    fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 20 }),
    fc.nat(200).map((length) => 'x'.repeat(length)),
  );
  return fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' ').slice(0, max));
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const endpoint: fc.Arbitrary<EndpointId> = fc
  .tuple(fc.constantFrom('tcp' as const, 'udp' as const), fc.integer({ min: 1, max: 65_535 }))
  .map(([transport, port]) => `${transport}/${port}` as const);
const time = fc
  .date({ min: new Date(0), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const identity: fc.Arbitrary<Identity> = fc.record({
  fingerprint: anyText(64),
  kind: fc.constantFrom(...IDENTITY_KINDS),
  label: anyText(256),
  model: orNull(anyText(64)),
  version: orNull(anyText(64)),
  confidence: fc.constantFrom('certain', 'likely', 'possible'),
  basis: fc.array(anyText(512), { maxLength: 2 }),
});

const observation: fc.Arbitrary<ReportedObservation> = fc.record({
  endpoint,
  probe: fc.oneof(fc.constantFrom('canary-tcp', 'http-get'), anyText(64)),
  state: fc.constantFrom(...STATES),
  reason: fc.constantFrom(...REASONS),
  rttMs: orNull(fc.double({ min: 0, max: 1e9, noNaN: true })),
  tries: fc.nat(),
  atMs: fc.nat(),
  evidence: fc.record({ banner: anyText(1024) }),
  service: orNull(anyText(64)),
  identity: orNull(identity),
});

const anyData = fc.dictionary(
  fc.string({ maxLength: 8 }),
  fc.oneof(anyText(64), fc.nat(), fc.boolean(), fc.constant(null)),
  { maxKeys: 3 },
);

const finding: fc.Arbitrary<ReportedFinding> = fc.record({
  rule: anyText(64),
  severity: fc.constantFrom(...SEVERITIES),
  effect: fc.constantFrom('violation', 'inconclusive', 'note'),
  endpoint: orNull(endpoint),
  title: anyText(256),
  seen: anyText(2048),
  matters: anyText(2048),
  about: fc.constantFrom(...ABOUT),
  data: anyData,
  headline: anyText(128),
  remedy: anyText(2048),
  programs: fc.array(anyText(32), { maxLength: 3 }),
  references: fc.array(anyText(256), { maxLength: 3 }),
  fixedBy: fc.subarray([...FIXED_BY]),
  observations: fc.array(endpoint, { maxLength: 20 }),
  waiver: orNull(fc.record({ by: anyText(128), reason: anyText(512), until: time.map((iso) => iso.slice(0, 10)) })),
});

/** Any report that the schema allows, as far as texts and numbers go. */
export const anyReport: fc.Arbitrary<Report> = fc.record({
  schema: fc.constant('sallyport/report@1'),
  tool: fc.constant(cleanReport.tool),
  target: fc.record({
    input: anyText(512),
    address: orNull(anyText(64)),
    name: orNull(anyText(255)),
    resolvedAt: orNull(time),
    scope: fc.constant(null),
    problem: orNull(anyText(512)),
  }),
  vantage: fc.record({
    source: anyText(64),
    address: orNull(anyText(64)),
    scope: fc.constantFrom('public', 'private', null),
    ownAddress: fc.boolean(),
    control: orNull(
      fc.record({
        endpoint: anyText(300),
        before: fc.constantFrom('answered', 'silent', 'error'),
        after: fc.constantFrom('answered', 'silent', 'error', null),
      }),
    ),
  }),
  profile: fc.record({ name: anyText(128), digest: fc.constant(''), requires: fc.boolean() }),
  authorization: orNull(anyText(512)),
  startedAt: time,
  durationMs: fc.double({ min: 0, max: 1e8, noNaN: true }),
  interrupted: fc.boolean(),
  failOn: fc.constantFrom(...SEVERITIES),
  verdict: fc.constantFrom(...VERDICTS),
  summary: anyText(512),
  findings: fc.array(finding, { maxLength: 4 }),
  observations: fc.array(observation, { maxLength: 20 }),
  unlisted: fc.dictionary(
    fc.tuple(fc.constantFrom(...STATES), fc.constantFrom(...REASONS)).map((key) => key.join('/')),
    fc.nat(),
  ),
  undetermined: fc.array(
    fc.record({
      rule: anyText(64),
      data: anyData,
      endpoint: orNull(endpoint),
      what: anyText(512),
      why: anyText(1024),
      blocking: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  liveness: fc.constant(cleanReport.liveness),
  errors: fc.array(fc.record({ unit: anyText(128), message: anyText(512) }), { maxLength: 2 }),
});

/** Code points that must not reach a terminal from a target, told apart from the code under test. */
export function isHarmful(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  const ranges: readonly (readonly [number, number])[] = [
    [0x00, 0x1f], // C0 controls
    [0x7f, 0x9f], // DEL, C1 controls
    [0xad, 0xad], // soft hyphen
    [0x61c, 0x61c], // Arabic letter mark
    [0x200b, 0x200f], // zero width, direction marks
    [0x2028, 0x202e], // line and paragraph separators, bidi embeddings
    [0x2060, 0x206f], // word joiner, bidi isolates
    [0xd800, 0xdfff], // lone surrogates
    [0xfeff, 0xfeff], // byte order mark
    [0xe0000, 0xe007f], // tags
  ];
  return ranges.some(([from, to]) => code >= from && code <= to);
}
