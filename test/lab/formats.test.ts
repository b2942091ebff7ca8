import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SITES } from '../../src/lab/sites.js';
import { startSite, type Site } from '../../src/lab/start-site.js';
import type { Report } from '../../src/model/report.js';
import { junit } from '../../src/reports/junit.js';
import { nmapXml } from '../../src/reports/nmap-xml.js';
import { prometheus } from '../../src/reports/prometheus.js';
import { createSweepWriter } from '../../src/reports/sweep-writer.js';
import { runHere } from '../cli/run.js';
import { anyReport } from '../reports/report-arbitrary.js';
import { endOf, sweptAs, WHOLE_SWEEP, write } from '../reports/run-end.js';
import { cleanReport, dmzReport, SAMPLES, sampleFinding } from '../reports/sample-reports.js';
import { findSarifErrors } from '../reports/sarif-schema.js';

/*
 * Formats of other programs, read by those programs: nmap's own DTD and its ndiff, and promtool. JUnit XML, which nobody
 * has defined, is read by a schema of ours.
 */

const DTD = '/usr/share/nmap/nmap.dtd';
const directory = mkdtempSync(join(tmpdir(), 'sallyport-formats-'));
afterAll(() => rmSync(directory, { recursive: true }));

function run(command: readonly string[], input?: string) {
  const [name, ...args] = command;
  const { status, stdout, stderr } = spawnSync(name!, args, { input, encoding: 'utf8' });
  return { status, told: stdout + stderr };
}

function save(name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

/** Reports as hostile as the schema allows: some that are always the same. */
const HOSTILE: readonly Report[] = fc.sample(anyReport, { numRuns: 60, seed: 4711 }).map((report, index) => ({
  ...report,
  target: { ...report.target, address: report.target.address === null ? null : `192.0.2.${index + 1}` },
}));

const RUNS: readonly (readonly [string, readonly Report[]])[] = [
  ['nothing', []],
  ...Object.entries(SAMPLES).map(([name, report]) => [name, [report]] as const),
  ['all samples', Object.values(SAMPLES)],
  ['hostile', HOSTILE],
];

describe('nmap', () => {
  test.each(RUNS)('takes %s by its DTD', (name, reports) => {
    const file = save(`${name}.xml`, write(nmapXml, reports, { swept: sweptAs('acme') }).text);
    expect(run(['xmllint', '--nonet', '--noout', '--dtdvalid', DTD, file])).toEqual({ status: 0, told: '' });
  });

  test('refuses what is not by its DTD', () => {
    const file = save('bad.xml', write(nmapXml, [cleanReport]).text.replace('<verbose level="0"/>', ''));
    expect(run(['xmllint', '--nonet', '--noout', '--dtdvalid', DTD, file]).status).not.toBe(0);
  });

  test('compares two checks with ndiff', () => {
    const closed = { ...cleanReport, target: dmzReport.target };
    const [before, after] = [closed, dmzReport].map((report, index) =>
      save(`ndiff-${index}.xml`, write(nmapXml, [report]).text),
    );
    expect(run(['ndiff', before!, before!])).toEqual({ status: 0, told: '' });
    const { status, told } = run(['ndiff', before!, after!]);
    expect(status).toBe(1);
    expect(told).toMatch(/^-80\/tcp +closed /m);
    expect(told).toMatch(/^\+80\/tcp +open +webpro +NEC WebPro, SL2100, 3\.10\.50/m);
  });

  test('reads the hostile with ndiff', () => {
    const file = save('hostile-ndiff.xml', write(nmapXml, HOSTILE).text);
    expect(run(['ndiff', file, file])).toEqual({ status: 0, told: '' });
  });
});

/** What xmllint says of a document by our schema of JUnit XML. */
function lintJunit(text: string) {
  return run(['xmllint', '--nonet', '--noout', '--schema', 'test/reports/junit.xsd', save('junit.xml', text)]);
}

const VALID = { status: 0, told: `${join(directory, 'junit.xml')} validates\n` };

describe('the schema of JUnit XML', () => {
  const waiver = { by: 'A. Owner', reason: 'order 4711', until: null };
  const waived = { ...cleanReport, findings: [sampleFinding({ effect: 'note', waiver })] };
  const unchecked = [{ client: { id: 'beta', name: 'Be"ta<' }, reason: 'why' }];

  test.each(RUNS)('takes %s, checked and swept', (_name, reports) => {
    expect(lintJunit(write(junit, reports).text)).toEqual(VALID);
    expect(lintJunit(write(junit, reports, { swept: sweptAs('acme') }).text)).toEqual(VALID);
  });

  test('takes what was accepted, what was not checked, and a run that failed', () => {
    expect(lintJunit(write(junit, [waived], { end: { unchecked } }).text)).toEqual(VALID);
    expect(lintJunit(write(junit, [], { end: { outcome: 'failure', troubles: ['Lost.'] } }).text)).toEqual(VALID);
  });

  test('takes a sweep that was cut off', () => {
    const writer = createSweepWriter(junit, { color: false, width: 80, reasons: false, many: true }, 1);
    const rows = Object.values(SAMPLES).map((report, index) =>
      writer.result({ ...sweptAs(`client-${index}`), sweepId: 7, report, changes: [] }),
    );
    const end = writer.end({ ...WHOLE_SWEEP, outcome: 'inconclusive', interrupted: true, failed: unchecked });
    expect(lintJunit([writer.begin(), ...rows, end].join(''))).toEqual(VALID);
  });

  test.each([
    ['a suite without its figures', / failures="9"/, ''],
    ['a figure that is none', /tests="9"/, 'tests="ten"'],
    ['a suite that comes twice', /<testsuite name="sallyport"/, '<testsuite name="203.0.113.7"'],
    ['a test that comes twice', /name="dmz-suspected"/, 'name="meets the profile closed"'],
    ['a test without a class', / classname="[^"]+"/, ''],
    ['a test with two results', /<\/failure>/, '</failure><skipped message="x"/>'],
    ['a result of another name', /<(\/?)failure\b/g, '<$1failed'],
    ['an unknown severity', /type="low"/, 'type="lowest"'],
    ['a result without a message', /<failure message="[^"]*"/, '<failure'],
    ['a negative time', / time="/, ' time="-'],
    ['a time with its zone', /timestamp="[^"]+/, '$&Z'],
    ['an attribute of our own', /<testcase /, '<testcase severity="low" '],
    ['text beside elements', /<testcase /, 'x<testcase '],
    ['a file without a suite', /<testsuite [^]*<\/testsuite>/, ''],
  ] as const)('refuses %s', (_what, part, other) => {
    const { text } = write(junit, [dmzReport]);
    expect(text).toMatch(part);
    const { status, told } = lintJunit(text.replace(part, other));
    expect({ status, told }).toEqual({ status: 3, told: expect.stringContaining('Schemas validity error') });
  });
});

describe('what the commands write', () => {
  const address = '127.0.61.1';
  let site: Site;
  let commands: readonly (readonly string[])[];
  beforeAll(async () => {
    site = await startSite(SITES.forwarded, { address, ports: 'ephemeral' });
    const webpro = `webpro=${Object.values(site.services)[0]![0]}`;
    const inventory = save(
      'clients.csv',
      'id,name,address,profile,services,authorized_by,authorization_reference\n' +
        `acme,"Ac<me> & Co",${address},closed,${webpro},Ann Owner,contract 7\n` +
        'beta,Beta,127.0.61.2,closed,,,\n',
    );
    const store = ['--store', join(directory, 'store.sqlite')];
    const quickly = ['--allow-special', '--no-canaries', '--timing', 'fast', '--timeout', '0.4'];
    commands = [
      ['check', address, '127.0.61.2', '--service', webpro, ...quickly],
      ['sweep', '--inventory', inventory, '--confirm-after', '0', ...store, ...quickly],
      ['show', 'acme', ...store],
    ];
  });
  afterAll(() => site.stop());

  test('is JUnit XML and SARIF by their schemas', async () => {
    for (const command of commands) {
      const xml = await runHere([...command, '--format', 'junit']);
      expect({ command, code: xml.code, ...lintJunit(xml.stdout) }).toEqual({ command, code: 1, ...VALID });
      expect(xml.stdout).toContain('type="violation"');
      const { code, stdout } = await runHere([...command, '--format', 'sarif']);
      const log = JSON.parse(stdout) as { runs: { results: { locations: { physicalLocation: unknown }[] }[] }[] };
      expect({ command, code, errors: findSarifErrors(log) }).toEqual({ command, code: 1, errors: [] });
      const places = log.runs[0]!.results.map(({ locations }) => locations.map((one) => one.physicalLocation));
      expect(places.length).toBeGreaterThan(0);
      expect(places.every(([place]) => place)).toBe(true);
    }
  });
});

describe('promtool', () => {
  test.each(RUNS)('takes %s, and has nothing to say', (_name, reports) => {
    const { text } = write(prometheus, reports);
    expect(run(['promtool', 'check', 'metrics'], text)).toEqual({ status: 0, told: '' });
  });

  test('takes a sweep', () => {
    const writer = prometheus.create({ color: false, width: 80, reasons: false, many: true });
    const rows = Object.values(SAMPLES).map((report, index) => writer.report(report, sweptAs(`client-${index}`)));
    const unchecked = [{ client: { id: 'beta', name: 'Be"ta\\\n' }, reason: 'why' }];
    const text = [writer.begin(), ...rows, writer.end(endOf(Object.values(SAMPLES), { unchecked }))].join('');
    expect(run(['promtool', 'check', 'metrics'], text)).toEqual({ status: 0, told: '' });
  });

  test('refuses a label that is not escaped', () => {
    const { text } = write(prometheus, [cleanReport]);
    const bad = text.replace('target="203', 'target=""203');
    expect(run(['promtool', 'check', 'metrics'], bad).status).not.toBe(0);
  });
});
