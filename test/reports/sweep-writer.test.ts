import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../src/model/report.js';
import { REPORTERS } from '../../src/reports/registry.js';
import type { Reporter, SweepSummary } from '../../src/reports/reporter.js';
import { createSweepWriter } from '../../src/reports/sweep-writer.js';
import { sweptAs, WHOLE_SWEEP } from './run-end.js';
import { cleanReport } from './sample-reports.js';

const STYLE = { color: false, width: 80, reasons: false, many: true };

function write(reporter: Reporter, end: Partial<SweepSummary>, unseen = 0, report: Report = cleanReport) {
  const writer = createSweepWriter(reporter, STYLE, 1);
  const row = { ...sweptAs('acme', '203.0.113.20', unseen), sweepId: 7, report, changes: [] };
  const text = writer.begin() + writer.result(row) + writer.end({ ...WHOLE_SWEEP, ...end });
  return { text, exitCode: writer.exitCode?.() };
}

/** What each format shows where all is known and well, and never otherwise. */
const PASSED: Readonly<Record<string, (text: string) => boolean>> = {
  nagios: (text) => text.startsWith('SALLYPORT OK'),
  prometheus: (text) => !/^probe_success\{.*\} 0$/m.test(text) && text.includes('\nsallyport_complete 1\n'),
  'nmap-xml': (text) => text.includes('exit="success"'),
  defectdojo: (text) => (JSON.parse(text) as { findings: unknown[] }).findings.length === 0,
  junit: (text) => !/<(?:failure|error) /.test(text),
  sarif: (text) => text.includes('"executionSuccessful":true'),
};

describe.each(Object.keys(PASSED))('a sweep as %s', (id) => {
  const reporter: Reporter = REPORTERS[id as keyof typeof REPORTERS];
  const passes = (...args: Parameters<typeof write> extends [unknown, ...infer R] ? R : never) =>
    PASSED[id]!(write(reporter, ...args).text);

  test('passes where all is compliant', () => {
    expect(passes({})).toBe(true);
  });

  const unchecked = { client: { id: 'beta', name: 'Beta' }, reason: 'no authorisation is given' };
  test.each<[string, Partial<SweepSummary>, string]>([
    ['was cut off', { interrupted: true }, 'cut off'],
    ['left a client out', { skipped: [unchecked], skippedCount: 1 }, 'beta'],
    ['left out more than it lists', { skippedCount: 12 }, '12 more clients'],
    ['could not check a client', { failed: [unchecked] }, 'beta'],
    ['has results that do not count', { held: 3 }, '3 results not counted'],
    [
      'found something before it was continued',
      { results: { verdicts: { violation: 0, inconclusive: 2, compliant: 9 }, unseen: 1 } },
      '9 compliant, 2 inconclusive, 1 of them exposed before and not seen since',
    ],
  ])('does not pass if it %s, and says so', (_what, end, said) => {
    const { text } = write(reporter, { ...end, outcome: 'inconclusive' });
    expect(PASSED[id]!(text)).toBe(false);
    // Metrics have no words.
    if (id !== 'prometheus') expect(text).toContain(said);
  });

  test('does not pass what stands out of sight', () => {
    expect(passes({ outcome: 'inconclusive' }, 2)).toBe(false);
  });

  test('does not pass if something is not known, whatever it is', () => {
    expect(passes({ outcome: 'inconclusive' })).toBe(false);
  });
});

test.each(['table', 'json', 'ndjson'] as const)(
  'a sweep as %s calls nothing compliant that stands out of sight',
  (id) => {
    expect(write(REPORTERS[id], {}).text.toLowerCase()).toMatch(/✔ compliant {2}|"verdict":"compliant"/);
    const { text } = write(REPORTERS[id], { outcome: 'inconclusive' }, 2);
    expect(text.toLowerCase()).not.toMatch(/✔ compliant {2}|"verdict":"compliant"/);
  },
);

test('a sweep for people names the worst that is out of sight, and counts the rest', () => {
  const lost = (['low', 'critical', 'high', 'medium', 'info'] as const).map((severity) => ({
    ...{ rule: 'r', endpoint: null, severity, title: `not seen since 2026-11-02: ${severity} thing\u001b`, lostAt: '' },
  }));
  const writer = createSweepWriter(REPORTERS.table, STYLE, 1);
  const row = { ...sweptAs('acme', '203.0.113.20', lost.length), lost, sweepId: 7, report: cleanReport, changes: [] };
  expect(writer.result(row).split('\n').slice(1)).toEqual([
    '  5 exposures out of sight, and not known to be closed (sallyport show acme)',
    '    CRITICAL not seen since 2026-11-02: critical thing\\x1b',
    '    HIGH not seen since 2026-11-02: high thing\\x1b',
    '    MEDIUM not seen since 2026-11-02: medium thing\\x1b',
    '    and 2 more',
    '',
  ]);
});

test('the exit code of a format is that of the sweep', () => {
  expect(write(REPORTERS.nagios, {}).exitCode).toBe(0);
  expect(write(REPORTERS.nagios, { outcome: 'inconclusive', interrupted: true }).exitCode).toBe(3);
  // A violation of before, of which the severity is not known.
  expect(write(REPORTERS.nagios, { outcome: 'violation' }).exitCode).toBe(2);
  expect(write(REPORTERS.junit, {}).exitCode).toBeUndefined();
});
