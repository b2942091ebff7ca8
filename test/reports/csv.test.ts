import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { Report } from '../../src/model/report.js';
import { csv } from '../../src/reports/csv.js';
import { createCsvWriter, type CsvSeparator } from '../../src/reports/csv-rows.js';
import { createSweepWriter } from '../../src/reports/sweep-writer.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { cleanReport, dmzReport } from './sample-reports.js';
import { WHOLE, WHOLE_SWEEP } from './run-end.js';

type Row = Readonly<Record<string, string>>;

const STYLE = { color: true, width: 80, reasons: false, many: true };

function render(reports: readonly Report[], csvSeparator?: CsvSeparator): string {
  const writer = csv.create({ ...STYLE, csvSeparator });
  return writer.begin() + reports.map((report) => writer.report(report)).join('') + writer.end(WHOLE);
}

const read = (text: string, delimiter = ','): Row[] => parse(text, { bom: true, columns: true, delimiter });

/** What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

describe('csv', () => {
  test('has a row for each finding, in the order of the report, and names its columns', () => {
    const text = render([dmzReport]);
    expect(text).toMatch(/^\ufeffclient_id,client,group,address,[^\n]*,authorized_by,out_of_sight,fixed_by\r\n/);
    expect(text.endsWith('\r\n')).toBe(true);
    const rows = read(text);
    expect(rows.map(({ rule, severity, finding, fixed_by }) => ({ rule, severity, finding, fixed_by }))).toEqual(
      dmzReport.findings.map(({ rule, severity, title: finding, fixedBy }) => {
        return { rule, severity, finding, fixed_by: fixedBy.join(' ') };
      }),
    );
    const { verdict, target, startedAt } = dmzReport;
    for (const row of rows) {
      expect(row).toMatchObject({ verdict, address: target.address, target: target.input, checked_at: startedAt });
    }
  });

  test('has one row for a report without findings', () => {
    const [row, ...more] = read(render([{ ...cleanReport, findings: [] }]));
    expect(more).toEqual([]);
    expect(row).toMatchObject({ verdict: 'compliant', rule: '', severity: '', summary: cleanReport.summary });
  });

  test.each<[CsvSeparator, string]>([
    [';', ';'],
    ['tab', '\t'],
  ])('is separated by %s where that is asked for', (separator, character) => {
    expect(read(render([dmzReport], separator), character)).toEqual(read(render([dmzReport])));
  });

  test('has as many rows as findings, no formula and nothing harmful, whatever was sent', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
        const text = render(reports);
        const rows = read(text);
        expect(rows).toHaveLength(reports.reduce((sum, { findings }) => sum + Math.max(1, findings.length), 0));
        for (const cell of rows.flatMap((row) => Object.values(row))) {
          expect(cell).not.toMatch(FORMULA);
          expect(Array.from(cell).filter(isHarmful)).toEqual([]);
        }
      }),
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', ' =1', '"=1'])('%j is text', (cell) => {
    const { begin, row } = createCsvWriter(['a']);
    const [read1] = read(begin() + row({ a: cell }));
    expect(read1!['a']).not.toMatch(/^[=+\-@\t\r＝]/);
    expect(read1!['a']).toContain('1');
  });
});

describe('csv of a sweep', () => {
  const client = { id: 'acme', name: 'Acme; Ltd', group: 'north', tags: [], contacts: [] };
  const summary = {
    ...WHOLE_SWEEP,
    skippedCount: 1,
    skipped: [{ client: { id: 'beta', name: 'Beta' }, reason: 'no authorisation is given' }],
  };
  const rowsOf = (unseen: number) => {
    const writer = createSweepWriter(csv, STYLE, 1);
    const result = { sweepId: 1, client, slot: '203.0.113.7', report: cleanReport, changes: [], unseen };
    return read(writer.begin() + writer.result(result) + writer.end(summary));
  };

  test('names the client, and lists who was not checked, and why', () => {
    const rows = rowsOf(0);
    expect(rows[0]).toMatchObject({ client_id: 'acme', client: 'Acme; Ltd', group: 'north', verdict: 'compliant' });
    expect(rows.at(-1)).toMatchObject({
      client_id: 'beta',
      verdict: 'not checked',
      summary: 'no authorisation is given',
    });
  });

  test('does not call compliant what stands out of sight', () => {
    expect(rowsOf(2)[0]).toMatchObject({ verdict: 'inconclusive', out_of_sight: '2' });
  });
});
