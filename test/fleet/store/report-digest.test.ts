import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { digestReport } from '../../../src/fleet/store/report-digest.js';
import type { EndpointId } from '../../../src/model/endpoint.js';
import type { Evidence } from '../../../src/model/evidence.js';
import { bareReport, type Report, type ReportedObservation } from '../../../src/model/report.js';
import { join } from '../../check/join/join.js';
import { profile, see, site, survey } from '../../check/rules/build-survey.js';
import { anyReport } from '../../reports/report-arbitrary.js';
import { cleanReport, dmzReport, sampleFinding, sampleObservation, SAMPLES } from '../../reports/sample-reports.js';

const digest = (report: Report) => digestReport(report).toString('hex');

/** Reports as they come from checks, and as they never do. */
const report = fc.oneof(fc.constantFrom(...Object.values(SAMPLES)), anyReport);
const single = report.filter(({ vantages }) => vantages === undefined);

test('equal reports have equal digests', () => {
  fc.assert(
    fc.property(report, (one) => {
      expect(digest(structuredClone(one))).toBe(digest(one));
    }),
  );
});

test('times, tries, signs of life and who allowed it do not count', () => {
  const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2099-01-01') });
  fc.assert(
    fc.property(single, fc.nat(), time, fc.string(), (one, figure, at, by) => {
      const later: Report = {
        ...one,
        authorization: by,
        startedAt: at.toISOString(),
        durationMs: figure,
        liveness: { ...one.liveness, srttMs: figure, answers: figure, lost: figure },
        observations: one.observations.map((seen) => ({ ...seen, rttMs: figure, tries: figure, atMs: figure })),
      };
      expect(digest(later)).toBe(digest(one));
    }),
  );
});

test('order does not count', () => {
  const shuffled = report.chain((one) =>
    fc.record({
      one: fc.constant(one),
      observations: fc.shuffledSubarray(one.observations, { minLength: one.observations.length }),
      findings: fc.shuffledSubarray(one.findings, { minLength: one.findings.length }),
      undetermined: fc.shuffledSubarray(one.undetermined, { minLength: one.undetermined.length }),
      errors: fc.shuffledSubarray(one.errors, { minLength: one.errors.length }),
      unlisted: fc
        .shuffledSubarray(Object.entries(one.unlisted), { minLength: Object.keys(one.unlisted).length })
        .map((entries) => Object.fromEntries(entries)),
    }),
  );
  fc.assert(
    fc.property(shuffled, ({ one, ...lists }) => {
      expect(digest({ ...one, ...lists })).toBe(digest(one));
    }),
  );
});

test('the address does not count, not within data either', () => {
  const at = (address: string): Report => ({
    ...dmzReport,
    target: { ...dmzReport.target, input: address, address },
    findings: [sampleFinding({ data: { place: `at ${address}` } })],
  });
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV6(), (a, b) => {
      // An address that other texts hold by chance is no matter of this test.
      fc.pre(!JSON.stringify(at('')).includes(a) && !JSON.stringify(at('')).includes(b));
      expect(digest(at(a))).toBe(digest(at(b)));
    }),
  );
});

test('which ports the canaries had does not count, nor where data name them', () => {
  const port = fc.uniqueArray(fc.integer({ min: 20_000, max: 60_999 }), { minLength: 4, maxLength: 4 });
  const withCanaries = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): Report => {
    const see = (endpoint: EndpointId, probe: string, state: 'open' | 'closed') =>
      sampleObservation({ endpoint, probe, state, reason: state === 'open' ? 'syn-ack' : 'conn-refused', tries: a });
    const canaries: ReportedObservation[] = [
      ...[a, b].map((one) => see(`tcp/${one}`, 'canary-tcp', 'open')),
      see(`tcp/${c}`, 'canary-tcp', 'closed'),
      see(`udp/${d}`, 'canary-udp', 'closed'),
    ];
    const observations = [...canaries, see('tcp/2000', 'canary-tcp', 'open'), see('tcp/80', 'tcp-banner', 'open')];
    const named = observations.map(({ endpoint }) => endpoint).sort();
    const told = observations.map(({ endpoint, state }) => ({ endpoint, state }));
    return {
      ...cleanReport,
      observations,
      findings: [sampleFinding({ data: { named, first: `tcp/${b}` }, endpoint: `tcp/${a}`, observations: named })],
      undetermined: [
        {
          rule: 'silent-udp',
          data: { told: { udp: `udp/${d}`, all: named } },
          endpoint: null,
          what: `What ${told.length} mean`,
          why: 'So.',
          blocking: false,
        },
      ],
      errors: [{ unit: 'probe/canary-tcp', message: `tcp/${a}: lost` }],
    };
  };
  fc.assert(
    fc.property(port, port, (some, others) => {
      expect(digest(withCanaries(others))).toBe(digest(withCanaries(some)));
    }),
  );
});

test('words do not count', () => {
  fc.assert(
    fc.property(report, fc.string(), (one, words) => {
      const said = { title: words, seen: words, matters: words, remedy: words, programs: [words], headline: words };
      const other: Report = {
        ...one,
        summary: words,
        findings: one.findings.map((finding) => ({ ...finding, ...said })),
        undetermined: one.undetermined.map((entry) => ({ ...entry, what: words, why: words })),
      };
      expect(digest(other)).toBe(digest(one));
      expect(digestReport(bareReport(one)).toString('hex')).toBe(digest(one));
    }),
  );
});

const http = { status: 200, server: 'a', title: 'b', location: null, authenticate: null, body: '', truncated: false };
const sip = {
  ...{ status: 200, phrase: 'OK', server: null, userAgent: null, contentType: null, allow: null, body: '' },
};
const natPmp = { version: 0, opcode: 128, result: 0, epoch: 7, externalAddress: null };
const ssdp = (st: string) => ({ st, usn: null, server: null, location: null });
const seeing = (evidence: Evidence): Report => ({ ...cleanReport, observations: [sampleObservation({ evidence })] });

test.each<[string, Evidence, Evidence]>([
  ['the body of a web page', { http }, { http: { ...http, body: 'Now it is 12:01', truncated: true } }],
  ['the body of a login page', { login: http }, { login: { ...http, body: 'Now it is 12:01' } }],
  ['the body of a SIP answer', { sip }, { sip: { ...sip, body: 'o=- 1 2' } }],
  ['the seconds of a NAT-PMP gateway', { natPmp }, { natPmp: { ...natPmp, epoch: 8 } }],
  ['the order of SSDP answers', { ssdp: [ssdp('a'), ssdp('b')] }, { ssdp: [ssdp('b'), ssdp('a')] }],
])('%s does not count', (_what, one, other) => {
  expect(digest(seeing(other))).toBe(digest(seeing(one)));
});

test.each<[string, Report]>([
  ['a verdict', { ...cleanReport, verdict: 'violation' }],
  ['data of a finding', { ...seeing({}), findings: [sampleFinding({ data: { count: 2 } })] }],
  [
    'what is not determined of it',
    { ...cleanReport, undetermined: cleanReport.undetermined.map((one) => ({ ...one, data: { n: 9 } })) },
  ],
  ['a finding', { ...cleanReport, findings: [sampleFinding({})] }],
  ['an interruption', { ...cleanReport, interrupted: true }],
  ['a profile', { ...cleanReport, profile: { name: 'other', digest: 'b', requires: false } }],
  ['a version', { ...cleanReport, tool: { ...cleanReport.tool, ruleset: '99' } }],
  ['a vantage', { ...cleanReport, vantage: { ...cleanReport.vantage, source: 'dealer' } }],
  ['a count', { ...cleanReport, unlisted: { 'closed/conn-refused': 1 } }],
  ['an error', { ...cleanReport, errors: [{ unit: 'rule/x', message: 'crashed' }] }],
  ['what is not determined', { ...cleanReport, undetermined: [] }],
  [
    'a silence at the end',
    {
      ...cleanReport,
      liveness: {
        ...cleanReport.liveness,
        recheck: [{ endpoint: 'tcp/80', before: 'syn-ack', after: 'no-response' }],
      },
    },
  ],
  ['evidence', seeing({ http: { ...http, title: 'c' } })],
  ...cleanReport.observations.map(({ endpoint }): [string, Report] => [
    `the state of ${endpoint}`,
    {
      ...cleanReport,
      observations: cleanReport.observations.map((seen) =>
        seen.endpoint === endpoint ? { ...seen, state: 'open', reason: 'syn-ack' } : seen,
      ),
    },
  ]),
])('%s counts', (_what, other) => {
  const before = _what === 'evidence' ? seeing({ http }) : cleanReport;
  expect(digest(other)).not.toBe(digest(before));
});

describe('of a report that joins those of several vantages', () => {
  const at = (seconds: number, ...seen: Parameters<typeof site>) =>
    survey(site(...seen), { startedAt: new Date(Date.UTC(2026, 0, 3, 10, 22, seconds)).toISOString() });
  const known = digest(join({ a: at(0), b: at(5) }, profile()));

  test('times do not count, within the minute', () => {
    expect(digest(join({ a: at(100), b: at(102) }, profile()))).toBe(known);
    expect(digest(join({ a: at(0), b: at(90) }, profile()))).not.toBe(known);
  });

  test('what each vantage saw counts, though the joined report is the same, and who it is', () => {
    expect(digest(join({ a: at(0), b: at(5, see('tcp/4711', 'filtered')) }, profile()))).not.toBe(known);
    const [one, other] = [see('tcp/4711', 'filtered'), see('tcp/4711', 'closed')];
    expect(digest(join({ a: at(0, one), b: at(5, other) }, profile()))).not.toBe(
      digest(join({ a: at(0, one), b: at(5, one) }, profile())),
    );
    expect(digest(join({ a: at(0), c: at(5) }, profile()))).not.toBe(known);
    expect(digest(join({ a: at(0), b: at(5), c: null }, profile()))).not.toBe(known);
  });
});
