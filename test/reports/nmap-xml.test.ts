import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Report } from '../../src/model/report.js';
import { nmapXml } from '../../src/reports/nmap-xml.js';
import { findAll, readXml } from './read-xml.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { sweptAs, write } from './run-end.js';
import {
  cleanReport,
  dmzReport,
  inconclusiveReport,
  sampleObservation,
  silentReport,
  troubledReport,
  unresolvedReport,
} from './sample-reports.js';

const read = (...args: Parameters<typeof write> extends [unknown, ...infer R] ? R : never) =>
  readXml(write(nmapXml, ...args).text);

/** What nmap.dtd of nmap 7.93 wants beside each other, in this order; lists may be empty. */
const CHILDREN: Readonly<Record<string, RegExp>> = {
  nmaprun: /^(?:scaninfo )*verbose debugging (?:(?:target|host) )*runstats $/,
  host: /^status address hostnames (?:ports )?hostscript (?:times )?$/,
  ports: /^(?:extraports )*(?:port )*$/,
  port: /^state service (?:script )?$/,
  runstats: /^finished hosts $/,
};
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  nmaprun: ['scanner', 'version', 'xmloutputversion'],
  scaninfo: ['type', 'protocol', 'numservices', 'services'],
  status: ['state', 'reason', 'reason_ttl'],
  address: ['addr', 'addrtype'],
  port: ['protocol', 'portid'],
  state: ['state', 'reason', 'reason_ttl'],
  service: ['name', 'conf', 'method'],
  script: ['id', 'output'],
  finished: ['time', 'elapsed'],
  hosts: ['total'],
  times: ['srtt', 'rttvar', 'to'],
  extraports: ['state', 'count'],
  extrareasons: ['reason', 'count'],
  target: ['specification'],
};

function expectValid(root: ReturnType<typeof readXml>): void {
  expect(root.name).toBe('nmaprun');
  for (const element of [
    root,
    ...Object.keys(REQUIRED).flatMap((name) => findAll(root, name)),
    ...findAll(root, 'host'),
  ]) {
    expect(Object.keys(element.attributes)).toEqual(expect.arrayContaining([...(REQUIRED[element.name] ?? [])]));
    const order = CHILDREN[element.name];
    if (order) expect(element.children.map(({ name }) => `${name} `).join('')).toMatch(order);
  }
  for (const host of findAll(root, 'host')) {
    const extras = findAll(host, 'extraports').map(({ attributes }) => attributes['state']);
    expect(new Set(extras).size).toBe(extras.length);
    const places = findAll(host, 'port').map(({ attributes }) => `${attributes['protocol']}/${attributes['portid']}`);
    expect(new Set(places).size).toBe(places.length);
    // One script in a place: ndiff of Debian 12 fails on two.
    for (const place of [...findAll(host, 'port'), ...findAll(host, 'hostscript')])
      expect(findAll(place, 'script').length).toBeLessThanOrEqual(1);
  }
}

describe('one target', () => {
  test('has its ports with state, reason and service, and the findings as output of scripts', () => {
    const root = read([dmzReport]);
    expectValid(root);
    expect(root.attributes).toMatchObject({ scanner: 'nmap', xmloutputversion: '1.05', start: '1767608551' });
    const port = findAll(root, 'port').find(({ attributes }) => attributes['portid'] === '80');
    const [state, service, script] = port!.children;
    expect(state!.attributes).toEqual({ state: 'open', reason: 'syn-ack', reason_ttl: '0' });
    expect(service!.attributes).toMatchObject({ product: 'NEC WebPro, SL2100, 3.10.50', method: 'probed', conf: '10' });
    expect(script!.attributes['output']).toMatch(/^CRITICAL \(violation, admin-\S+\): WebPro administration can be/);
    const [verdict] = findAll(findAll(root, 'hostscript')[0]!, 'script');
    expect(verdict!.attributes['output']).toMatch(/^VIOLATION: The phone system is open.*\nHIGH \(violation, dmz-/);
    expect(findAll(root, 'finished')[0]!.attributes).toMatchObject({ exit: 'success', elapsed: '3.41' });
    const [tcp] = findAll(root, 'scaninfo');
    const services = tcp!.attributes['services']!.split(',');
    expect(Number(tcp!.attributes['numservices'])).toBe(services.length);
    expect(services).toContain('80');
  });

  test.each<[string, Report, string, string]>([
    ['answers', dmzReport, 'up', 'syn-ack'],
    ['refuses', cleanReport, 'up', 'conn-refused'],
    ['is silent', silentReport, 'down', 'no-response'],
    [
      'gives an echo only',
      { ...silentReport, liveness: { ...silentReport.liveness, echo: { before: 'answered', after: null } } },
      'up',
      'echo-reply',
    ],
    [
      'could not be asked',
      { ...cleanReport, observations: [sampleObservation({ state: 'error', reason: 'no-route' })] },
      'unknown',
      'unknown-response',
    ],
  ])('that %s', (_what, report, state, reason) => {
    const root = read([report]);
    expect(findAll(root, 'status')[0]!.attributes).toEqual({ state, reason, reason_ttl: '0' });
    expect(findAll(root, 'hosts')[0]!.attributes).toEqual({
      up: String(Number(state === 'up')),
      down: String(Number(state === 'down')),
      total: '1',
    });
  });

  test('trouble of our own is no state of a port', () => {
    const report = { ...cleanReport, observations: [sampleObservation({ state: 'error', reason: 'no-route' })] };
    expect(findAll(read([report]), 'state')[0]!.attributes).toMatchObject({ state: 'unknown', reason: 'no-route' });
  });

  test('of several probes of one port, what shows most counts', () => {
    const seen = [
      sampleObservation({ probe: 'a' }),
      sampleObservation({ probe: 'b', state: 'open', reason: 'syn-ack' }),
      sampleObservation({ probe: 'c', state: 'closed', reason: 'conn-refused' }),
    ];
    const states = findAll(read([{ ...cleanReport, observations: seen }]), 'state');
    expect(states.map(({ attributes }) => attributes['state'])).toEqual(['open']);
  });

  test('what is too much to list is counted', () => {
    const unlisted = { 'filtered/no-response': 65_000, 'filtered/host-unreach': 3, 'closed/conn-refused': 1 };
    const [extra, other] = findAll(read([{ ...cleanReport, unlisted }]), 'extraports');
    expect(extra!.attributes).toEqual({ state: 'filtered', count: '65003' });
    expect(extra!.children.map(({ attributes }) => attributes)).toEqual([
      { reason: 'no-response', count: '65000' },
      { reason: 'host-unreach', count: '3' },
    ]);
    expect(other!.attributes).toEqual({ state: 'closed', count: '1' });
  });
});

describe('what is not known', () => {
  test.each<[string, Report[], Parameters<typeof write>[2], RegExp]>([
    ['an inconclusive target', [inconclusiveReport, cleanReport], {}, /^1 of 2 targets are inconclusive\.$/],
    ['a name that does not resolve', [unresolvedReport], {}, /^1 of 1 targets are inconclusive\.$/],
    [
      'a run that was cut off',
      [cleanReport],
      { end: { outcome: 'inconclusive', troubles: ['Cut off.'] } },
      /^Cut off\.$/,
    ],
    [
      'a client that was not checked',
      [cleanReport],
      { end: { outcome: 'inconclusive', unchecked: [{ client: { id: 'b', name: 'B' }, reason: 'why' }] } },
      /^b was not checked: why\.$/,
    ],
  ])('%s is an error of the run', (_what, reports, options, message) => {
    const root = read(reports, options);
    expectValid(root);
    const { exit, errormsg } = findAll(root, 'finished')[0]!.attributes;
    expect(exit).toBe('error');
    expect(errormsg).toMatch(message);
  });

  test('a name that does not resolve is a target that was skipped', () => {
    const [target] = findAll(read([unresolvedReport]), 'target');
    expect(target!.attributes).toMatchObject({ specification: unresolvedReport.target.input, status: 'skipped' });
  });
});

test('a host says of which client it is', () => {
  const [host] = findAll(read([troubledReport], { swept: sweptAs('acme') }), 'host');
  expect(host!.attributes['comment']).toBe('client acme: acme Ltd');
});

test('whatever was sent is well-formed, as nmap has it, and harmless to show', () => {
  fc.assert(
    fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
      const { text } = write(nmapXml, reports);
      expectValid(readXml(text));
      expect(Array.from(text.replaceAll('\n', '')).filter(isHarmful)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
