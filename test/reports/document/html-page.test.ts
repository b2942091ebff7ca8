import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Brand } from '../../../src/model/brand.js';
import type { Report } from '../../../src/model/report.js';
import { describeHandover, handOverReports } from '../../../src/reports/document/handover-document.js';
import { renderPage } from '../../../src/reports/document/html-page.js';
import { REPORTERS } from '../../../src/reports/registry.js';
import { anyReport } from '../report-arbitrary.js';
import { WHOLE } from '../run-end.js';
import { expectHarmlessPage, parsePage } from './parse-page.js';
import { cleanReport, dmzReport, hostileText, SAMPLES } from '../sample-reports.js';

const style = { color: false, width: 80, reasons: false, many: false };

const draw = (report: Report): string => {
  const writer = REPORTERS.html.create(style);
  return writer.begin() + writer.report(report) + writer.end(WHOLE);
};

describe('a page', () => {
  test.each(Object.entries(SAMPLES))('%s: says the verdict in a word, and is harmless', (_name, report) => {
    const page = draw(report);
    expectHarmlessPage(page);
    const { text } = parsePage(page);
    expect(text).toMatch(/Action needed|As agreed|Not determined|No answer/);
    expect(text.includes('As agreed')).toBe(report.verdict === 'compliant');
  });

  test('begins with headlines in which no port stands, and what to do', () => {
    const { text } = parsePage(draw(dmzReport));
    const first = text.slice(text.indexOf('What we found'), text.indexOf('The evidence'));
    for (const { headline, effect } of dmzReport.findings) if (effect !== 'note') expect(first).toContain(headline);
    expect(text.indexOf('What to do')).toBeLessThan(text.indexOf('The evidence'));
    expect(text).toContain(dmzReport.target.address);
  });

  test('carries the report that it was made from', () => {
    const { elements } = parsePage(draw(cleanReport));
    const href = elements.find(({ name }) => name === 'a')?.attributes['href'] ?? '';
    const json = Buffer.from(href.slice(href.indexOf(',') + 1), 'base64').toString();
    expect(JSON.parse(json)).toEqual(handOverReports([cleanReport]));
  });

  test('allows no script and no request, and its styles by their digest alone', () => {
    const { elements } = parsePage(draw(cleanReport));
    const policy = elements.find(({ attributes }) => attributes['http-equiv'] === 'Content-Security-Policy');
    expect(policy?.attributes['content']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; img-src data:;/);
  });

  test('is the same for the same report', () => {
    expect(draw(dmzReport)).toBe(draw(dmzReport));
  });

  test('has a letterhead, escaped', () => {
    const brand: Brand = {
      name: `Bell & Sons ${hostileText}`,
      address: ['1 High Street'],
      phone: '+44 20 7946 0000',
      email: null,
      web: null,
      colour: '#ffee00',
      logo: null,
      footer: '<b>',
    };
    const page = renderPage(describeHandover(handOverReports([cleanReport])), brand);
    expectHarmlessPage(page);
    expect(parsePage(page).text).toContain('Bell & Sons');
    expect(page).toContain('--accent:#ffee00;--on-accent:#000000');
  });

  test('is harmless and whole for any report', () => {
    fc.assert(
      fc.property(anyReport, (report) => {
        expectHarmlessPage(draw(report));
      }),
      { numRuns: 60 },
    );
  });

  test('of many reports has each, and counts them', () => {
    const writer = REPORTERS.html.create({ ...style, many: true });
    const page = writer.begin() + writer.report(dmzReport) + writer.report(cleanReport) + writer.end(WHOLE);
    expectHarmlessPage(page);
    const { text } = parsePage(page);
    expect(text).toContain('In total: 2 addresses');
    expect(text).toContain(dmzReport.target.address);
  });
});
