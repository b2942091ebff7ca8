import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Report } from '../../src/model/report.js';
import { json } from '../../src/reports/json.js';
import { ndjson } from '../../src/reports/ndjson.js';
import type { Reporter } from '../../src/reports/reporter.js';
import { anyReport, isHarmful } from './report-arbitrary.js';
import { cleanReport, dmzReport } from './sample-reports.js';
import { WHOLE } from './run-end.js';

function render(reporter: Reporter, reports: readonly Report[], many: boolean): string {
  const writer = reporter.create({ color: true, width: 80, reasons: false, many });
  return writer.begin() + reports.map((report) => writer.report(report)).join('') + writer.end(WHOLE);
}
const harmful = (text: string) => Array.from(text).filter((char) => char !== '\n' && isHarmful(char));

describe('json', () => {
  test('one target is one indented document', () => {
    const text = render(json, [dmzReport], false);
    expect(JSON.parse(text)).toEqual(dmzReport);
    expect(text).toMatch(/^\{\n {2}"schema": "sallyport\/report@1",\n[^]*\}\n$/);
  });

  test.each([0, 1, 3])('%i of many targets are an array', (count) => {
    const reports = Array.from({ length: count }, () => cleanReport);
    expect(JSON.parse(render(json, reports, true))).toEqual(reports);
  });

  test('writers of two runs do not share state', () => {
    render(json, [cleanReport], true);
    expect(JSON.parse(render(json, [cleanReport], true))).toHaveLength(1);
  });

  test('any text comes back unchanged and harmless to show', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
        const text = render(json, reports, true);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(reports)));
        expect(harmful(text)).toEqual([]);
      }),
    );
  });
});

describe('ndjson', () => {
  test.each([true, false])('each report is one line (many: %s)', (many) => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 3 }), (reports) => {
        const text = render(ndjson, reports, many);
        const lines = text.split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(reports)));
        expect(harmful(text)).toEqual([]);
      }),
    );
  });
});
