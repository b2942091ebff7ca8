import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import type { Report } from '../../src/model/report.js';
import { displayWidth } from '../../src/words/layout.js';
import type { ReportStyle } from '../../src/reports/reporter.js';
import { table } from '../../src/reports/table.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import {
  cleanReport,
  dmzReport,
  hostileText,
  inconclusiveReport,
  sampleFinding,
  sampleObservation,
  SAMPLES,
  silentReport,
  troubledReport,
  unresolvedReport,
} from './sample-reports.js';

const PLAIN: ReportStyle = { color: false, width: 80, reasons: false, many: false };
// eslint-disable-next-line no-control-regex
const SGR = /\x1b\[\d+m/g;

function render(reports: readonly Report[], style: Partial<ReportStyle> = {}): string {
  const writer = table.create({ ...PLAIN, ...style });
  return writer.begin() + reports.map((report) => writer.report(report)).join('') + writer.end();
}
/** As people read it: without the layout. */
const read = (reports: readonly Report[], style: Partial<ReportStyle> = {}) =>
  render(reports, style).replace(/\s+/g, ' ');
const rows = (text: string, start: string) => text.split('\n').filter((line) => line.trimStart().startsWith(start));

const anyStyle = fc.record({
  color: fc.boolean(),
  width: fc.oneof(fc.constant(80), fc.integer({ min: 0, max: 300 })),
  reasons: fc.boolean(),
  many: fc.boolean(),
});

describe('any report', () => {
  test('fits its columns, and only our own colours are control sequences', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 1, maxLength: 2 }), anyStyle, (reports, style) => {
        const text = render(reports, style);
        const plain = style.color ? text.replace(SGR, '') : text;
        expect(Array.from(plain).filter((char) => char !== '\n' && isHarmful(char))).toEqual([]);
        const widest = Math.max(...plain.split('\n').map(displayWidth));
        expect(widest).toBeLessThanOrEqual(Math.max(80, Math.min(style.width, style.many ? 160 : 100)));
        expect(text.endsWith('\n')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('reads the same without colours', () => {
    fc.assert(
      fc.property(anyReport, fc.boolean(), (report, many) => {
        expect(render([report], { many, color: true }).replace(SGR, '')).toBe(render([report], { many }));
      }),
    );
  });

  test.each(Object.entries(SAMPLES))('sample %s: verdict first and last, within 80 columns', (_name, report) => {
    for (const reasons of [true, false]) {
      const lines = render([report], { reasons }).split('\n');
      expect(lines[0]).toContain(report.verdict.toUpperCase());
      expect(lines.slice(-6)).toContain(lines[0]);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test('uses colour where asked to, whatever the environment says', () => {
    expect(render([dmzReport], { color: true })).toMatch(SGR);
    expect(stripVTControlCharacters(render([dmzReport], { color: true }))).toBe(render([dmzReport]));
  });
});

describe('one target', () => {
  test('tells each finding in full, worst first', () => {
    const text = read([dmzReport]);
    const places = dmzReport.findings.map(({ seen }) => text.indexOf(seen));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(text).toContain(dmzReport.findings[1]?.remedy);
    expect(text).toContain(dmzReport.findings[1]?.matters);
    expect(text).toContain('programs 10-28, 10-29, 10-36');
    expect(text).toContain('CVE-2019-20033');
    const order = text.slice(text.indexOf('FINDINGS:')).match(/\d (CRITICAL|HIGH|MEDIUM|LOW) /g);
    expect(order?.map((each) => each.slice(2, 4)).join('')).toBe('CRCRCRHIHIMEMELO');
  });

  test('opens with all findings at a glance and what to do first', () => {
    const [head = ''] = read([dmzReport]).split('FINDINGS:');
    expect(head).toContain('CRITICAL tcp/8000 PCPro programming can be reached from the internet');
    expect(head).toContain('LOW udp/5351 NAT-PMP answers');
    expect(head).toContain(`Do first: ${dmzReport.findings[1]?.remedy}`);
  });

  test('tells where, from where, when and against what', () => {
    const text = read([{ ...dmzReport, authorization: 'A. Owner, mail of 2026-01-02' }]);
    expect(text).toContain('pbx.example.net was 203.0.113.7 at 2026-01-05 10:22:30 UTC');
    expect(text).toContain('198.51.100.9, as "outsider"');
    expect(text).toContain('profile "closed"');
    expect(text).toContain('2026-01-05 10:22:31 UTC, took 3.4 s');
    expect(text).toContain('by A. Owner, mail of 2026-01-02');
  });

  test('lists endpoints with what answers first, and sums up canaries', () => {
    const text = render([dmzReport]);
    expect(rows(text, 'tcp/80 ').at(-1)).toMatch(/open +23 ms +webpro +NEC WebPro, SL2100, 3\.10\.50$/);
    expect(rows(text, 'tcp/8000').at(-1)).toMatch(/open .*not identified$/);
    expect(read([dmzReport])).toContain('NEC DIM maintenance terminal (likely)');
    expect(text.lastIndexOf('udp/5351')).toBeLessThan(text.indexOf('tcp/5070 '));
    expect(text).not.toContain('tcp/41873');
    expect(read([dmzReport])).toContain(
      'random mixed ports picked to compare with: 2 closed, 2 filtered, 2 open|filtered',
    );
  });

  test('with reasons every endpoint tells why, canaries too', () => {
    const text = render([dmzReport], { reasons: true });
    expect(rows(text, 'tcp/41873')[0]).toMatch(/closed +conn-refused +1 +23 ms/);
    expect(rows(text, 'udp/1900')[0]).toMatch(/open\|filtered +no-response +4 +upnp/);
    expect(text).not.toContain('--reason');
  });

  test('a service id that is none keeps the columns', () => {
    const observations = [sampleObservation({ service: '電話🫠' })];
    expect(read([{ ...cleanReport, observations }])).toContain('tcp/80 filtered ???');
  });

  test('counts endpoints that are alike', () => {
    const observations = Array.from({ length: 5000 }, (_, i) =>
      sampleObservation({ endpoint: `tcp/${i + 1}`, state: i === 79 ? 'open' : 'closed', reason: 'conn-refused' }),
    );
    const text = render([{ ...cleanReport, observations }]);
    expect(read([{ ...cleanReport, observations }])).toContain('other tcp closed 4999 ports alike');
    expect(rows(text, 'tcp/')).toHaveLength(1);
  });

  test('tells what the report itself only counts', () => {
    const unlisted = { 'closed/conn-refused': 60000, 'closed/host-unreach': 500, 'filtered/no-response': 1 };
    expect(read([{ ...cleanReport, unlisted }])).toContain(
      'others closed 60500 endpoints, only counted others filtered 1 endpoint, only counted',
    );
    expect(read([{ ...cleanReport, unlisted }], { reasons: true })).toContain(
      'others closed host-unreach 500 endpoints',
    );
  });

  test('bounds what a hostile site can fill the screen with', () => {
    const numbers = Array.from({ length: 3000 }, (_, i) => i + 1);
    const report: Report = {
      ...dmzReport,
      findings: numbers.map((port) => sampleFinding({ endpoint: `tcp/${port}` })),
      observations: numbers.map((port) => sampleObservation({ endpoint: `tcp/${port}`, service: 'webpro' })),
      undetermined: numbers.map((port) => ({
        rule: 'a',
        data: {},
        endpoint: `tcp/${port}`,
        what: 'a',
        why: 'b',
        blocking: false,
      })),
      errors: numbers.map(() => ({ unit: 'rule', message: 'c' })),
    };
    const text = read([report]);
    expect(render([report]).split('\n').length).toBeLessThan(600);
    expect(text).toContain('and 2970 findings more');
    expect(text).toContain('2800 endpoints: --format json');
    expect(text).toContain('and 2980 more');
    expect(text).toContain('and 2990 more');
  });

  test('a clean site says so and what it does not prove', () => {
    const text = read([cleanReport]);
    expect(text).toMatch(/^✔ COMPLIANT 203\.0\.113\.20 /);
    expect(text).toContain('FINDINGS: none ENDPOINTS');
    expect(text).toContain('Nothing needs to be done.');
    expect(text).toContain('WHAT COULD NOT BE DETERMINED - Whether UPnP is on inside the network. A router');
  });

  test('a silent site is not called fine without reserve', () => {
    const text = read([silentReport]);
    expect(text).toContain('no sign of life');
    expect(text).not.toContain('Nothing needs to be done');
    expect(text).toContain('random mixed ports picked to compare with: 4 filtered, 2 open|filtered');
  });

  test('findings below the threshold are not called agreed', () => {
    const text = read([{ ...cleanReport, failOn: 'high', findings: [sampleFinding({ severity: 'low' })] }]);
    expect(text).toContain('No finding is as bad as "high"');
  });

  test('what was accepted says so, comes last and is counted apart', () => {
    const waiver = { by: 'Ann', reason: 'moves in June\x1b[2J', until: '2026-06-30' };
    const findings = [
      sampleFinding({ effect: 'note', waiver }),
      sampleFinding({ severity: 'low', title: 'A lesser one' }),
    ];
    const text = read([{ ...dmzReport, findings }]);
    expect(text).toContain('FINDINGS: 1 low, 1 accepted');
    expect(text).toContain(' 1 LOW A lesser one');
    expect(text).toContain('Waived accepted by Ann until 2026-06-30: moves in June\\x1b[2J');
    expect(render([{ ...cleanReport, findings: findings.slice(0, 1) }], { many: true })).toContain('accepted: WebPro');
  });

  test('an inconclusive one tells why before anything else', () => {
    const text = read([inconclusiveReport]);
    expect(text.indexOf('? Every endpoint after the first')).toBeLessThan(text.indexOf('FINDINGS:'));
    expect(text.indexOf('? Every endpoint')).toBeLessThan(text.indexOf('- udp/5060: Whether SIP trunks'));
    expect(text).toContain('CUT OFF');
    expect(text).toContain('192.168.1.20 (private, so behind NAT)');
    expect(text).toContain('control control.example.net:443: answered, then silent');
    expect(text).toContain('Nothing is proven');
  });

  test('what keeps us from a verdict comes before worse findings', () => {
    const findings = [sampleFinding({}), ...inconclusiveReport.findings];
    const text = read([{ ...inconclusiveReport, findings }]);
    expect(text).toContain('Do first: Check again later');
    expect(text).toContain(' 1 MEDIUM The site shut us out');
    expect(render([{ ...inconclusiveReport, findings }], { many: true })).toContain('MEDIUM The site shut');
    expect(read([{ ...inconclusiveReport, findings, verdict: 'violation' }])).toContain(' 1 CRITICAL WebPro');
  });

  test('what an earlier finding told is referred to', () => {
    const text = read([{ ...dmzReport, findings: [sampleFinding({}), sampleFinding({ endpoint: 'tcp/81' })] }]);
    expect(text).toContain('Why as for 1 Do as for 1');
  });

  test('our own trouble is told as such', () => {
    const text = read([troubledReport]);
    expect(text).toContain('ERRORS OF SALLYPORT ITSELF rule dmz-suspected: Cannot read properties of undefined');
    expect(text).toContain('tcp/80 error webpro not looked at: fd-limit');
    expect(text).toContain('FINDINGS: none, which proves nothing here');
  });

  test('a target without address, or that is ourselves, is told', () => {
    expect(read([unresolvedReport])).toContain('Problem the name does not exist (ENOTFOUND)');
    expect(read([unresolvedReport])).toContain('ENDPOINTS None was looked at.');
    const own: Report = { ...cleanReport, vantage: { ...cleanReport.vantage, ownAddress: true } };
    expect(read([own])).toContain('one of our own addresses');
  });

  test('shows hostile text escaped', () => {
    const text = read([{ ...dmzReport, findings: [sampleFinding({ seen: hostileText })] }]);
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07\\r\\n\\t\\u{202e}evil');
  });
});

describe('many targets', () => {
  const all = Object.values(SAMPLES);

  test('one row each under one header, then a tally', () => {
    const lines = render(all, { many: true }).split('\n');
    expect(lines[0]).toMatch(/^VERDICT +ADDRESS +NAME +WORST FINDING +ALL +TIME$/);
    expect(lines.slice(2, 8).map((line) => line.split(' ')[1])).toEqual(
      all.map((report) => report.verdict.toUpperCase()),
    );
    expect(lines[2]).toMatch(/203\.0\.113\.7 +pbx\.example\.… CRITICAL WebPro adm.*… +8 +3\.4 s$/);
    expect(lines.join('\n')).toContain('6 targets: ✖ VIOLATION 1, ? INCONCLUSIVE 3, ✔ COMPLIANT 2');
  });

  test('rows line up and stream', () => {
    const writer = table.create({ ...PLAIN, many: true });
    const head = writer.begin();
    const parts = all.map((report) => writer.report(report));
    for (const part of parts) {
      expect(part.match(/\n/g)).toHaveLength(1);
      expect(displayWidth(part.trimEnd())).toBe(80);
    }
    expect(head + parts.join('') + writer.end()).toBe(render(all, { many: true }));
  });

  test('an address is not cut, a missing one is told', () => {
    const address = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const long: Report = { ...dmzReport, target: { ...dmzReport.target, address } };
    expect(render([long], { many: true })).toContain(`${address} `);
    expect(render([unresolvedReport], { many: true })).toContain('(no address)    gone.example');
  });

  test('a run without targets ends well', () => {
    expect(render([], { many: true })).toContain('0 targets: ✖ VIOLATION 0, ? INCONCLUSIVE 0, ✔ COMPLIANT 0');
  });

  test('an inconclusive site tells what is unknown', () => {
    expect(render([troubledReport], { many: true })).toContain('unknown: 14 endpoints');
  });
});
