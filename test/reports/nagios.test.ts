import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SaidSlotState } from '../../src/model/change.js';
import type { Report } from '../../src/model/report.js';
import { nagios } from '../../src/reports/nagios.js';
import type { ClientStanding } from '../../src/model/standing.js';
import { anyReport, anyText, isHarmful } from './report-arbitrary.js';
import { sweptAs, sweptLosing, write } from './run-end.js';
import { cleanReport, dmzReport, inconclusiveReport, sampleFinding } from './sample-reports.js';

const FIGURES = /^(?:'[a-z_]+'=\d+;;;0 ?)+$/;

/** What a monitor takes from the output of a plugin: https://nagios-plugins.org/doc/guidelines.html */
function read(text: string) {
  const [head = '', ...lines] = text.slice(0, -1).split('\n');
  const [said = '', figures = '', ...more] = head.split('|');
  expect(more).toEqual([]);
  expect(figures.trim()).toMatch(FIGURES);
  expect(text.endsWith('\n')).toBe(true);
  return { said: said.trim(), figures: figures.trim(), lines };
}

describe('one target', () => {
  test.each<[string, Report, number, string]>([
    ['compliant', cleanReport, 0, 'SALLYPORT OK - 203.0.113.20: Everything is as'],
    [
      'a violation',
      dmzReport,
      2,
      'SALLYPORT CRITICAL - 203.0.113.7 (pbx.example.net): WebPro administration can be reached from the internet and 7 more',
    ],
    ['inconclusive', inconclusiveReport, 3, 'SALLYPORT UNKNOWN - 203.0.113.7 (pbx.example.net): No verdict'],
  ])('%s', (_what, report, code, start) => {
    const { text, exitCode } = write(nagios, [report]);
    expect(exitCode).toBe(code);
    const { said, lines } = read(text);
    expect(said.startsWith(start)).toBe(true);
    expect(lines).toEqual([]);
  });

  test.each([
    ['high', 'medium', 1],
    ['high', 'high', 2],
    ['info', 'low', 2],
  ] as const)('from %s on critical: a violation that is %s', (criticalFrom, severity, code) => {
    const report = { ...dmzReport, findings: [sampleFinding({ severity })] };
    const { text, exitCode } = write(nagios, [report], { style: { criticalFrom } });
    expect(exitCode).toBe(code);
    expect(text).toMatch(code === 1 ? /^SALLYPORT WARNING - / : /^SALLYPORT CRITICAL - /);
  });

  test('what was seen too long ago is unknown, unless it is a violation', () => {
    const isStale = (at: string) => at === cleanReport.startedAt;
    const old = write(nagios, [cleanReport], { style: { isStale } });
    expect(old.exitCode).toBe(3);
    expect(old.text).toMatch(/^SALLYPORT UNKNOWN - .*last seen 2026-01-05: too long ago/);
    expect(write(nagios, [dmzReport], { style: { isStale } }).exitCode).toBe(2);
    expect(write(nagios, [cleanReport], { style: { isStale: () => false } }).exitCode).toBe(0);
  });
});

describe('what stands out of sight is a violation', () => {
  const told = 'acme Ltd (acme), 203.0.113.7 (pbx.example.net): not seen since 2026-11-02: WebPro is open';

  test.each([
    ['high', 2, 'CRITICAL'],
    ['low', 1, 'WARNING'],
  ] as const)('that is %s', (severity, code, status) => {
    const options = { swept: sweptLosing('acme', severity), style: { criticalFrom: 'high' } } as const;
    const one = write(nagios, [inconclusiveReport], options);
    expect(one.exitCode).toBe(code);
    expect(read(one.text).said).toBe(`SALLYPORT ${status} - ${told}`);
    expect(read(one.text).figures).toContain("'violation'=1;;;0 'inconclusive'=0;;;0");
    expect(read(one.text).figures).toContain("'findings'=1;;;0");
    const many = write(nagios, [inconclusiveReport, inconclusiveReport], options);
    expect(many.exitCode).toBe(code);
    expect(read(many.text).lines).toEqual([`${status}: ${told}`, `${status}: ${told}`]);
  });

  test('beside what was seen, the worse first', () => {
    const seen = { ...dmzReport, findings: [sampleFinding({ severity: 'medium', title: 'Something is open' })] };
    const say = (severity: 'high' | 'low') => write(nagios, [seen], { swept: sweptLosing('acme', severity) }).text;
    expect(say('high')).toMatch(/not seen since 2026-11-02: WebPro is open and 1 more \|.*'findings'=2/);
    expect(say('low')).toMatch(/: Something is open and 1 more \|.*'findings'=2/);
  });

  test('and critical where it is only counted', () => {
    const style = { criticalFrom: 'critical' } as const;
    const { text, exitCode } = write(nagios, [inconclusiveReport], { swept: sweptAs('acme', 'a', 3), style });
    expect(exitCode).toBe(2);
    expect(text).toMatch(/: 3 exposures out of sight: not seen, and not known to be closed \|.*'findings'=3/);
  });
});

describe('many targets', () => {
  test('are counted, and what is not as it should be is listed, the violations first', () => {
    const { text, exitCode } = write(nagios, [cleanReport, inconclusiveReport, dmzReport], { swept: sweptAs('acme') });
    expect(exitCode).toBe(2);
    const { said, lines } = read(text);
    expect(said).toBe('SALLYPORT CRITICAL - 3 targets: 1 compliant, 1 violation, 1 inconclusive');
    expect(lines.map((line) => line.slice(0, 30))).toEqual(
      ['CRITICAL: acme Ltd (acme), 203.', 'UNKNOWN: acme Ltd (acme), 203.0'].map((line) => line.slice(0, 30)),
    );
  });

  test.each([
    [
      'a client that was not checked',
      { outcome: 'inconclusive', unchecked: [{ client: { id: 'b', name: 'B' }, reason: 'why' }] },
    ],
    ['a run that was cut off', { outcome: 'inconclusive', troubles: ['The run was cut off.'] }],
    ['an error', { outcome: 'failure', troubles: ['An error ended the run.'] }],
  ] as const)('%s is unknown', (_what, end) => {
    const { text, exitCode } = write(nagios, [cleanReport, cleanReport], { end });
    expect(exitCode).toBe(3);
    expect(read(text).said).toMatch(/^SALLYPORT UNKNOWN - 2 targets: 2 compliant, 1 not known$/);
    expect(read(text).lines).toHaveLength(1);
  });

  test('an error is unknown, even after a violation', () => {
    expect(write(nagios, [dmzReport, cleanReport], { end: { outcome: 'failure' } }).exitCode).toBe(3);
  });

  test('none is unknown', () => {
    expect(write(nagios, []).exitCode).toBe(3);
  });

  test('no more than 8 KiB come out, and what was left out is counted', () => {
    const { text } = write(
      nagios,
      Array.from({ length: 300 }, () => dmzReport),
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
    const { lines } = read(text);
    expect(lines.at(-1)).toBe(`and ${300 - (lines.length - 1)} more`);
    expect(lines.length).toBeGreaterThan(20);
  });
});

test('an error of the command is a line for the monitor', () => {
  expect(nagios.fail!('no | such\nfile')).toEqual({ text: 'SALLYPORT UNKNOWN - no ¦ such\n', exitCode: 3 });
});

describe('clients', () => {
  const state = (change: Partial<SaidSlotState>): SaidSlotState => ({
    ...{ address: '203.0.113.7', verdict: 'compliant', issues: {}, identities: {} },
    ...change,
  });
  const issue: SaidSlotState['issues'][string] = {
    ...{ rule: 'r', title: 'WebPro is open', severity: 'high', endpoint: 'tcp/80', data: {} },
    ...{ outage: false, waived: false },
  };
  const standing = (change: Partial<SaidSlotState>, more: Partial<ClientStanding> = {}): ClientStanding => ({
    ...sweptAs('acme'),
    ...{ at: '2026-11-01T03:00:00.000Z', seenAt: '2026-11-05T03:00:00.000Z', problem: null, why: null },
    state: state(change),
    ...more,
  });
  const judge = (standings: readonly ClientStanding[], isStale = (_at: string) => false) => {
    const style = { color: false, width: 80, reasons: false, many: true, isStale };
    const writer = nagios.createClients!(style);
    const text = [writer.begin(), ...standings.map((one) => writer.client(one)), ...writer.end()].join('');
    return { text, exitCode: writer.exitCode!() };
  };

  test('as agreed', () => {
    const { text, exitCode } = judge([standing({}), standing({})]);
    expect(exitCode).toBe(0);
    expect(read(text).said).toBe('SALLYPORT OK - 2 addresses: 2 compliant');
  });

  test('a violation stands although the last check could not determine it', () => {
    const lost = standing({ verdict: 'inconclusive', issues: { 'r tcp/80': issue } });
    const { text, exitCode } = judge([standing({}), lost]);
    expect(exitCode).toBe(2);
    expect(read(text).lines).toEqual(['CRITICAL: acme Ltd (acme), 203.0.113.7: WebPro is open']);
  });

  test.each([
    ['not determined', [standing({ verdict: 'inconclusive' })]],
    ['never checked', [standing({ verdict: 'inconclusive' }, { seenAt: null, problem: 'no check has counted yet' })]],
    ['none at all', []],
  ])('%s is unknown', (_what, standings) => {
    expect(judge(standings).exitCode).toBe(3);
  });

  test('what was last seen too long ago is unknown', () => {
    const { text, exitCode } = judge([standing({}), standing({})], (at) => at < '2026-11-06');
    expect(exitCode).toBe(3);
    expect(read(text).said).toContain('2 seen too long ago');
  });

  test('what was accepted is no violation', () => {
    expect(judge([standing({ issues: { r: { ...issue, waived: true } } })]).exitCode).toBe(0);
  });
});

test('whatever was sent, a monitor reads one line with figures, 8 KiB at most, and never that all is well', () => {
  fc.assert(
    fc.property(
      fc.array(anyReport, { maxLength: 4 }),
      fc.array(fc.record({ client: fc.record({ id: anyText(20), name: anyText(80) }), reason: anyText(200) }), {
        maxLength: 3,
      }),
      (reports, unchecked) => {
        const end = unchecked.length > 0 && reports.every(({ verdict }) => verdict === 'compliant');
        const { text, exitCode } = write(nagios, reports, {
          end: { unchecked, ...(end && { outcome: 'inconclusive' }) },
        });
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
        const { said } = read(text);
        expect(said).toMatch(/^SALLYPORT (?:OK|WARNING|CRITICAL|UNKNOWN) - /);
        expect(Array.from(text.replaceAll('\n', '')).filter((char) => isHarmful(char) || '<>'.includes(char))).toEqual(
          [],
        );
        const isFine =
          reports.length > 0 && unchecked.length === 0 && reports.every(({ verdict }) => verdict === 'compliant');
        expect(exitCode === 0).toBe(isFine);
        expect(said.startsWith('SALLYPORT OK')).toBe(isFine);
      },
    ),
    { numRuns: 100 },
  );
});
