import { afterAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Report } from '../../src/model/report.js';
import { nmapXml } from '../../src/reports/nmap-xml.js';
import { prometheus } from '../../src/reports/prometheus.js';
import { anyReport } from '../reports/report-arbitrary.js';
import { endOf, sweptAs, write } from '../reports/run-end.js';
import { cleanReport, dmzReport, SAMPLES } from '../reports/sample-reports.js';

/*
 * Formats of other programs, read by those programs: nmap's own DTD and its ndiff, and promtool.
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
