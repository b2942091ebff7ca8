import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stripVTControlCharacters } from 'node:util';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { ReportedFinding } from '../../src/model/finding.js';
import type { Report } from '../../src/model/report.js';
import { groupFindings } from '../../src/reports/finding-groups.js';
import { json } from '../../src/reports/json.js';
import { displayWidth } from '../../src/words/layout.js';
import type { ReportStyle } from '../../src/reports/reporter.js';
import { createSweepWriter } from '../../src/reports/sweep-writer.js';
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
import { sweptLosing, WHOLE, WHOLE_SWEEP, write } from './run-end.js';

const PLAIN: ReportStyle = { color: false, width: 80, reasons: false, many: false };
// eslint-disable-next-line no-control-regex
const SGR = /\x1b\[\d+m/g;

function render(reports: readonly Report[], style: Partial<ReportStyle> = {}): string {
  const writer = table.create({ ...PLAIN, ...style });
  return writer.begin() + reports.map((report) => writer.report(report)).join('') + writer.end(WHOLE);
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
  full: fc.boolean(),
});

describe('any report', () => {
  test('fits its columns, and only our own colours are control sequences', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { minLength: 1, maxLength: 2 }), anyStyle, (reports, style) => {
        const text = render(reports, style);
        const plain = style.color ? text.replace(SGR, '') : text;
        expect(Array.from(plain).filter((char) => char !== '\n' && isHarmful(char))).toEqual([]);
        const widest = Math.max(...plain.split('\n').map(displayWidth));
        expect(widest).toBeLessThanOrEqual(Math.max(40, Math.min(style.width || 80, style.many ? 160 : 100)));
        expect(text.endsWith('\n')).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('no word is broken that a line can hold, at any width', () => {
    const split = (report: Report, width: number) => read([report], { width }).split(' ');
    for (const report of [dmzReport, cleanReport, silentReport, inconclusiveReport, troubledReport]) {
      const known = new Set([
        ...split(report, 100),
        ...'1 2 thing things cannot be determined from outside: --full lists them.'.split(' '),
      ]);
      for (const width of [40, 60, 80])
        expect(
          split(report, width).filter((word) => !known.has(word) && !known.has(word.replace(/,$/, '')) && word !== '…'),
        ).toEqual([]);
    }
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
    const text = read([dmzReport], { full: true });
    const places = dmzReport.findings.map(({ seen }) => text.indexOf(seen));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(text).toContain(dmzReport.findings[1]?.remedy);
    expect(text).toContain(dmzReport.findings[1]?.matters);
    expect(text).toContain('programs 10-28, 10-29, 10-36');
    expect(text).toContain('CVE-2019-20033');
    const order = text.slice(text.indexOf('FINDINGS:')).match(/\d (CRITICAL|HIGH|MEDIUM|LOW) /g);
    expect(order?.map((each) => each.slice(2, 4)).join('')).toBe('CRHIHIMEMELO');
  });

  test('points from what is critical to what to do after a break-in, and from nothing else', () => {
    const { findings: all } = dmzReport;
    const seeOf = (findings: Report['findings']) =>
      render([{ ...dmzReport, findings }])
        .match(/^ +See .*/gm)
        ?.map((line) => line.includes('; break-in'));
    expect(new Set(seeOf(all.filter(({ severity }) => severity === 'critical')))).toEqual(new Set([true]));
    expect(new Set(seeOf(all.filter(({ severity }) => severity !== 'critical')))).toEqual(new Set([false]));
  });

  test('opens with all findings at a glance and what to do first', () => {
    const [head = ''] = read([dmzReport]).split('FINDINGS:');
    expect(head).toContain('CRITICAL An administration interface is reachable: tcp/80, tcp/8000, tcp/5963');
    expect(head).toContain('LOW NAT-PMP answers');
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
    const text = render([dmzReport], { full: true });
    expect(rows(text, 'tcp/80 ').at(-1)).toMatch(/open +23 ms +webpro +NEC WebPro, SL2100, 3\.10\.50$/);
    expect(rows(text, 'tcp/8000').at(-1)).toMatch(/open .*not identified$/);
    expect(read([dmzReport], { full: true })).toContain('NEC DIM maintenance terminal (likely)');
    expect(text.lastIndexOf('udp/5351')).toBeLessThan(text.indexOf('tcp/5070 '));
    expect(text).not.toContain('tcp/41873');
    expect(read([dmzReport], { full: true })).toContain(
      'random mixed ports for comparison: 2 closed, 2 filtered, 2 open|filtered',
    );
  });

  test('in short, lists what answers, and the other services by their state', () => {
    const text = read([dmzReport]);
    const [, endpoints = ''] = text.split('ENDPOINTS ');
    expect(endpoints).toMatch(
      /^open tcp\/80 \(webpro\): NEC WebPro, SL2100, 3\.10\.50 tcp\/5060, udp\/5060 \(sip-trunk\):/,
    );
    expect(endpoints).toContain('tcp/8000 (pcpro): not identified');
    expect(endpoints).toContain('closed sip-3rd-party (tcp/5070), 2 random ports for comparison');
    expect(endpoints).toContain('filtered blocked or silent: nec-ip-phone (tcp/5080), smdr, 2 random ports');
    expect(endpoints).toContain(
      'open|filtered silent, which over UDP can mean open or blocked: upnp, sip-3rd-party (udp/5070), nec-ip-phone (udp/5080, udp/5081), 2 random ports',
    );
  });

  test('in short, no endpoint that is open or failed, and no random port that answers, is left out', () => {
    const text = read([troubledReport]);
    for (const { endpoint } of troubledReport.observations) expect(text).toContain(endpoint);
    const canary = { probe: 'canary-tcp', state: 'open', reason: 'syn-ack' } as const;
    const observations = [
      sampleObservation({ state: 'open', reason: 'syn-ack' }),
      ...(['tcp/41873', 'tcp/50912'] as const).map((endpoint) => sampleObservation({ ...canary, endpoint })),
    ];
    expect(read([{ ...cleanReport, observations }])).toContain(
      'open tcp/80: not identified 2 random ports for comparison',
    );
  });

  test('in short, places to which administration may have been moved are counted, unless something answers there', () => {
    const places = ([8080, 8081, 81] as const).map((port) =>
      sampleObservation({ endpoint: `tcp/${port}`, probe: 'moved-admin', state: 'closed', reason: 'conn-refused' }),
    );
    const found = sampleObservation({ endpoint: 'tcp/8888', probe: 'moved-admin', state: 'open', reason: 'syn-ack' });
    const random = sampleObservation({ endpoint: 'tcp/41873', probe: 'canary-tcp', state: 'closed' });
    const show = (observations: Report['observations']) => read([{ ...cleanReport, observations }]);
    expect(show([...places, found])).toContain('open tcp/8888: not identified closed 3 likely other ports');
    expect(show([...places, random])).toContain('closed 3 likely and 1 random port');
  });

  test('with reasons every endpoint tells why, canaries too', () => {
    const text = render([dmzReport], { reasons: true });
    expect(rows(text, 'tcp/41873')[0]).toMatch(/closed +conn-refused +1 +23 ms/);
    expect(rows(text, 'udp/1900')[0]).toMatch(/open\|filtered +no-response +4 +upnp/);
    expect(text).not.toContain('--reason');
  });

  test('a service id that is none keeps the columns', () => {
    const observations = [sampleObservation({ service: '電話🫠' })];
    expect(read([{ ...cleanReport, observations }], { full: true })).toContain('tcp/80 filtered ???');
  });

  test('counts endpoints that are alike', () => {
    const observations = Array.from({ length: 5000 }, (_, i) =>
      sampleObservation({ endpoint: `tcp/${i + 1}`, state: i === 79 ? 'open' : 'closed', reason: 'conn-refused' }),
    );
    const text = render([{ ...cleanReport, observations }], { full: true });
    expect(read([{ ...cleanReport, observations }], { full: true })).toContain('other tcp closed 4999 ports alike');
    expect(read([{ ...cleanReport, observations }])).toContain('open tcp/80: not identified closed 4999 TCP ports');
    expect(rows(text, 'tcp/')).toHaveLength(1);
  });

  test('tells what the report itself only counts', () => {
    const unlisted = { 'closed/conn-refused': 60000, 'closed/host-unreach': 500, 'filtered/no-response': 1 };
    expect(read([{ ...cleanReport, unlisted }])).toContain(
      '6 random ports for comparison, 60500 endpoints only counted filtered blocked or silent: 1 endpoint only counted',
    );
    expect(read([{ ...cleanReport, unlisted }], { full: true })).toContain(
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
      findings: numbers.map((port) => sampleFinding({ rule: `rule-${port % 100}`, endpoint: `tcp/${port}` })),
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
    expect(render([report]).split('\n').length).toBeLessThan(600);
    expect(read([report])).toContain('and 2100 findings more');
    const alike = { ...report, findings: report.findings.map((finding) => ({ ...finding, rule: 'a' })) };
    expect(render([alike]).split('\n').length).toBeLessThan(100);
    expect(render([alike], { full: true }).split('\n').length).toBeLessThan(600);
    const text = read([alike], { full: true });
    expect(text).toContain('and 2936 more: --format json');
    expect(text).toContain('2800 endpoints: --format json');
    expect(text).toContain('and 2980 more');
    expect(text).toContain('and 2990 more');
    expect(read([report])).toContain('3000 things cannot be determined from outside: --full lists them.');
  });

  test('a clean site says so and what it does not prove', () => {
    const text = read([cleanReport]);
    expect(text).toMatch(/^✔ COMPLIANT 203\.0\.113\.20 /);
    expect(text).toContain('FINDINGS: none ENDPOINTS');
    expect(text).toContain('Nothing needs to be done.');
    expect(text).toContain('Not known from outside (--full explains): whether UPnP is on inside the network.');
    expect(read([cleanReport], { full: true })).toContain(
      'WHAT COULD NOT BE DETERMINED - Whether UPnP is on inside the network. A router',
    );
  });

  test('a silent site is not called fine without reserve', () => {
    const text = read([silentReport]);
    expect(text).toContain('no sign of life');
    expect(text).not.toContain('Nothing needs to be done');
    expect(text).toContain('4 random ports for comparison open|filtered');
    expect(read([silentReport], { full: true })).toContain(
      'random mixed ports for comparison: 4 filtered, 2 open|filtered',
    );
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
    expect(text).toContain('Accepted by Ann until 2026-06-30: moves in June\\x1b[2J');
    expect(render([{ ...cleanReport, findings: findings.slice(0, 1) }], { many: true })).toContain('accepted: WebPro');
  });

  test('an inconclusive one tells why before anything else', () => {
    const text = read([inconclusiveReport]);
    expect(text.indexOf('? Every endpoint after the first')).toBeLessThan(text.indexOf('FINDINGS:'));
    const full = read([inconclusiveReport], { full: true });
    expect(full.indexOf('? Every endpoint')).toBeLessThan(full.indexOf('- udp/5060: Whether SIP trunks'));
    expect(text).toContain('CUT OFF');
    expect(text).toContain('192.168.1.20 (private, so behind NAT)');
    expect(text).toContain('control control.example.net:443: answered, then silent');
    expect(text).toContain('Nothing is proved');
  });

  test('what keeps us from a verdict comes before worse findings', () => {
    const findings = [sampleFinding({}), ...inconclusiveReport.findings];
    const text = read([{ ...inconclusiveReport, findings }]);
    expect(text.indexOf('Do Check again later')).toBeLessThan(text.indexOf('Do Remove the forward'));
    expect(text).toContain('Do Check again later');
    expect(text).toContain(' 1 MEDIUM The site shut us out');
    expect(render([{ ...inconclusiveReport, findings }], { many: true })).toContain('MEDIUM The site shut');
    expect(read([{ ...inconclusiveReport, findings, verdict: 'violation' }])).toContain(' 1 CRITICAL WebPro');
  });

  test('what an earlier finding told is referred to', () => {
    const text = read([
      { ...dmzReport, findings: [sampleFinding({}), sampleFinding({ rule: 'b', endpoint: 'tcp/81' })] },
    ]);
    expect(text).toContain('Why The same as for finding 1. Do The same as for finding 1.');
  });

  test('our own trouble is told as such', () => {
    const text = read([troubledReport]);
    expect(text).toContain('ERRORS OF SALLYPORT ITSELF rule dmz-suspected: Cannot read properties of undefined');
    expect(text).toContain('error tcp/80 (webpro): not checked: fd-limit');
    expect(read([troubledReport], { full: true })).toContain('tcp/80 error webpro not checked: fd-limit');
    expect(text).toContain('FINDINGS: none, which proves nothing here');
  });

  test('a target without address, or that is ourselves, is told', () => {
    expect(read([unresolvedReport])).toContain('Problem the name does not exist (ENOTFOUND)');
    expect(read([unresolvedReport])).toContain('ENDPOINTS No endpoint was checked.');
    const own: Report = { ...cleanReport, vantage: { ...cleanReport.vantage, ownAddress: true } };
    expect(read([own])).toContain('one of our own addresses');
  });

  test('shows hostile text escaped', () => {
    const text = read([{ ...dmzReport, findings: [sampleFinding({ seen: hostileText })] }]);
    expect(text).toContain('\\x1b[2J\\x1b]0;owned\\x07\\r\\n\\t\\u{202e}evil');
  });
});

describe('findings of one rule and one kind', () => {
  const sip = (endpoint: EndpointId, change: Partial<ReportedFinding> = {}) =>
    sampleFinding({
      rule: 'sip-open',
      headline: 'SIP answers where it should not',
      endpoint,
      title: `SIP answers on ${endpoint}`,
      seen: `${endpoint} answered OPTIONS with 200 OK and said at length what it can do and what it cannot do.`,
      matters: 'Scanners look for open SIP ports. They guess passwords.',
      remedy: 'Restrict the forward. Use long passwords.',
      observations: [endpoint],
      ...change,
    });
  const findings = [sip('tcp/5060'), sampleFinding({}), sip('udp/5060'), sip('udp/5070')];

  test('stand together with their endpoints, in the place of the first', () => {
    const text = read([{ ...cleanReport, findings }]);
    expect(text).toContain(
      'FINDINGS: 4 critical 1 CRITICAL SIP answers where it should not: tcp/5060, udp/5060, udp/5070',
    );
    expect(text).toContain('2 CRITICAL WebPro administration can be reached');
    expect(text.split('They guess passwords.')).toHaveLength(2);
    expect(text.split('Restrict the forward.')).toHaveLength(2);
    expect(text).not.toContain('SIP answers on');
  });

  test('each shows what was seen in a line, where the endpoints do not tell it; in full all of it', () => {
    const [, first = ''] = render([{ ...cleanReport, findings }]).split('Seen ');
    expect(first.split('\n').slice(0, 3)).toEqual([
      'tcp/5060 answered OPTIONS with 200 OK and said at length what it can …',
      '         udp/5060 answered OPTIONS with 200 OK and said at length what it can …',
      '         udp/5070 answered OPTIONS with 200 OK and said at length what it can …',
    ]);
    const text = read([{ ...cleanReport, findings }], { full: true });
    for (const { seen } of findings) expect(text).toContain(seen);
  });

  test('differ in severity, effect or waiver, and stand apart', () => {
    const waiver = { by: 'Ann', reason: 'moves', until: '2026-06-30' };
    const apart = [
      sip('tcp/1'),
      sip('tcp/2', { severity: 'low' }),
      sip('tcp/3', { effect: 'note', waiver }),
      sip('tcp/4', { effect: 'note', waiver: { ...waiver, by: 'Bob' } }),
      sip('tcp/5', { effect: 'inconclusive' }),
      sip('tcp/6', { rule: 'other' }),
    ];
    expect(groupFindings(apart).map((group) => group.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(groupFindings([...apart, sip('tcp/7')])[0]?.map(({ endpoint }) => endpoint)).toEqual(['tcp/1', 'tcp/7']);
    const whole = sampleFinding({ endpoint: null });
    expect(groupFindings([whole, whole])).toHaveLength(2);
  });

  test('keep what each of them adds to why and what to do', () => {
    const other = sip('udp/5070', {
      matters: 'Scanners look for open SIP ports. Phones register here.',
      remedy: 'Restrict the forward. Put phones behind a VPN.',
    });
    const report = { ...cleanReport, findings: [sip('tcp/5060'), sip('udp/5060'), other] };
    const remedy =
      'Do Restrict the forward. tcp/5060, udp/5060: Use long passwords. udp/5070: Put phones behind a VPN.';
    expect(read([report])).toContain('Why Scanners look for open SIP ports. ' + remedy);
    expect(read([report], { full: true })).toContain(
      `Why Scanners look for open SIP ports. tcp/5060, udp/5060: They guess passwords. udp/5070: Phones register here. ${remedy}`,
    );
  });

  test('are counted one by one, and stay one by one in JSON', () => {
    const writer = json.create({ ...PLAIN });
    const report = { ...cleanReport, findings };
    expect(JSON.parse(writer.begin() + writer.report(report) + writer.end(WHOLE))).toEqual(report);
  });
});

describe('many targets', () => {
  const all = Object.values(SAMPLES);

  test('on a narrow terminal, two lines each', () => {
    const lines = render(all, { many: true, width: 60 }).split('\n');
    expect(lines[0]).toBe('✖ VIOLATION    203.0.113.7 pbx.example.net');
    expect(lines[1]).toBe('    CRITICAL WebPro administration can be … (8 findings)');
    expect(lines).toContain('7 targets:');
  });

  test('one row each under one header, then a tally', () => {
    const lines = render(all, { many: true }).split('\n');
    expect(lines[0]).toMatch(/^VERDICT +ADDRESS +NAME +WORST FINDING +ALL +TIME$/);
    expect(lines.slice(2, 9).map((line) => line.split(' ')[1])).toEqual(
      all.map((report) => report.verdict.toUpperCase()),
    );
    expect(lines[2]).toMatch(/203\.0\.113\.7 +pbx\.example\.… CRITICAL WebPro .*… +8 +3\.4 s$/);
    expect(lines.join('\n')).toContain('7 targets: ✖ VIOLATION 2, ? INCONCLUSIVE 3, ✔ COMPLIANT 2');
  });

  test('what to do can be copied: it allows what is not public, where that was not compliant', () => {
    const lab = { ...cleanReport.target, address: '127.0.0.11', scope: 'loopback' as const };
    const last = (...reports: Report[]) => render(reports, { many: true }).trimEnd().split('\n').at(-1);
    const bad = { ...dmzReport, target: lab };
    expect(last(dmzReport, { ...cleanReport, target: lab })).toBe('What to do: sallyport check ADDRESS');
    expect(last(dmzReport, bad)).toBe('What to do: sallyport check ADDRESS --allow-special');
    const sweep = createSweepWriter(table, { ...PLAIN, many: true }, 1);
    const row = { sweepId: 1, client: { id: 'a', name: 'A', group: null, tags: [], contacts: [] }, slot: 'a' };
    const told = sweep.result({ ...row, report: bad, changes: [], unseen: 0 });
    expect(told + sweep.end(WHOLE_SWEEP)).toContain('What to do: sallyport show CLIENT\n');
    const dealer = { ...bad, vantage: { ...bad.vantage, source: 'dealer' } };
    expect(last(dealer, bad)).toBe('What to do: sallyport check ADDRESS --allow-special --source dealer');
  });

  test('rows line up and stream', () => {
    const writer = table.create({ ...PLAIN, many: true });
    const head = writer.begin();
    const parts = all.map((report) => writer.report(report));
    for (const part of parts) {
      const [row, ...why] = part.trimEnd().split('\n');
      expect(displayWidth(row!)).toBe(80);
      expect(why.length > 0).toBe(part.includes('(not checked)'));
    }
    expect(head + parts.join('') + writer.end(WHOLE)).toBe(render(all, { many: true }));
  });

  test('an address is not cut, a missing one is told', () => {
    const address = '2001:db8:1234:5678:9abc:def0:1234:5678';
    const long: Report = { ...dmzReport, target: { ...dmzReport.target, address } };
    expect(render([long], { many: true })).toContain(`${address} `);
    expect(render([unresolvedReport], { many: true })).toContain('(not checked)   gone.example');
    expect(render([unresolvedReport], { many: true }).replace(/\s+/g, ' ')).toContain(
      `Not checked: ${unresolvedReport.target.problem}`,
    );
  });

  test('a run without targets ends well', () => {
    expect(render([], { many: true })).toContain('0 targets: ✖ VIOLATION 0, ? INCONCLUSIVE 0, ✔ COMPLIANT 0');
  });

  test('an inconclusive site tells what is unknown', () => {
    expect(render([troubledReport], { many: true })).toContain('unknown: 14 endpoints');
  });
});

test('what stands out of sight is below its report, alone and among many', () => {
  const told = 'Not known to be gone: not seen since 2026-11-02: WebPro is open\n';
  const swept = sweptLosing('acme');
  const one = write(table, [inconclusiveReport], { swept });
  expect(one.text.endsWith(`\n${told}`)).toBe(true);
  const many = write(table, [inconclusiveReport, inconclusiveReport], { swept });
  expect(many.text.split(`\n${told}`)).toHaveLength(3);
});
