import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanPng } from '../../../src/files/brand/png.js';
import type { Brand } from '../../../src/model/brand.js';
import { describeHandover, handOverReports, handOverSite } from '../../../src/reports/document/handover-document.js';
import { PdfCanvas } from '../../../src/reports/document/pdf-canvas.js';
import { renderPdf } from '../../../src/reports/document/pdf-page.js';
import type { Block, ReportDocument } from '../../../src/reports/document/report-document.js';
import { evidence, report as siteReport } from '../../site/rules/build-site.js';
import { pngOf } from '../../files/brand/png-of.js';
import { anyReport, anyText, isHarmful } from '../report-arbitrary.js';
import { SAMPLES } from '../sample-reports.js';
import { countElements, expectPassive, readAttachment, readPdf } from './read-pdf.js';

const font = (weight: string) => readFileSync(new URL(`../../../fonts/sallyport-sans-${weight}.ttf`, import.meta.url));
const FONTS = { regular: font('regular'), bold: font('bold') };
const BRAND: Brand = {
  ...{ name: 'Example Telecom', address: ['Main Street 1'], phone: '1', email: null, web: null, colour: '#1f4e79' },
  ...{ logo: null, footer: 'Registered' },
};
const HEAD = { title: 'Exposure report', subject: 'Zażółć Ωмега', madeAt: '2026-11-30T10:00:00.000Z' };

const draw = (document: ReportDocument, brand: Brand | null = null) => renderPdf(document, brand, FONTS);
const drawBlocks = (...blocks: Block[]) => draw({ ...HEAD, blocks, attachment: null });
const countPages = (file: Buffer) => file.toString('latin1').match(/\/Type \/Page\n/g)?.length;

describe('a PDF', () => {
  test.each(Object.entries(SAMPLES))(
    '%s: is tagged, passive, and has the data that it is made from',
    async (_name, report) => {
      const document = describeHandover(handOverReports([report]));
      const file = await draw(document, BRAND);
      const objects = readPdf(file);
      const counts = countElements(objects);
      const headings = (level: number) =>
        document.blocks.filter((block) => block.kind === 'heading' && block.level === level).length;
      expect(counts.get('H1')).toBe(1);
      for (const level of [2, 3, 4]) expect(counts.get(`H${level}`) ?? 0).toBe(headings(level));
      const tables = document.blocks.flatMap((block) => (block.kind === 'table' ? [block] : []));
      expect(counts.get('TH') ?? 0).toBe(tables.reduce((sum, { columns }) => sum + columns.length, 0));
      expect(counts.get('TR') ?? 0).toBe(tables.reduce((sum, { rows }) => sum + rows.length + 1, 0));
      expect(readAttachment(objects)).toBe(document.attachment?.json);
      expectPassive(file);
      const text = file.toString('latin1');
      for (const part of ['/MarkInfo', '/Marked true', '/Lang (en)', '/DisplayDocTitle true'])
        expect(text).toContain(part);
    },
  );

  test('is made of a site, too', async () => {
    const document = describeHandover(handOverSite(siteReport(evidence())));
    expect(readAttachment(readPdf(await draw(document)))).toBe(document.attachment?.json);
  });

  test('is the same each time, and of the time that the document has', async () => {
    const document = describeHandover(handOverReports([SAMPLES['dmz'] ?? Object.values(SAMPLES)[0]!]));
    const file = await draw(document, BRAND);
    expect((await draw(document, BRAND)).equals(file)).toBe(true);
    const dates = new Set(file.toString('latin1').match(/\(D:\d{14}/g));
    expect([...dates]).toEqual([`(D:${document.madeAt.slice(0, 19).replace(/\D/g, '')}`]);
  });

  test('has the logo, if it is a PNG', async () => {
    const bytes = cleanPng(pngOf(30, 20));
    if (typeof bytes === 'string') throw new Error(bytes);
    const logo = { kind: 'png', bytes, dataUrl: '' } as const;
    const document = { ...HEAD, blocks: [], attachment: null };
    expect(String(await draw(document, { ...BRAND, logo }))).toContain('/Subtype /Image');
    expect(String(await draw(document, { ...BRAND, logo: { ...logo, kind: 'svg' } }))).not.toContain('/Subtype /Image');
  });

  test('takes as many sheets as there is text, in a row of a table too', async () => {
    const long = 'word '.repeat(4_000);
    const table: Block = {
      kind: 'table',
      caption: 'c',
      columns: ['a', 'b'],
      rows: [
        ['x', long],
        [{ severity: 'high' }, 'y'],
      ],
    };
    for (const block of [
      { kind: 'text', text: long },
      { kind: 'list', ordered: true, items: [long] },
      { kind: 'facts', rows: [['label', long]] },
      table,
    ] satisfies Block[]) {
      const file = await drawBlocks(block);
      expect(countPages(file)).toBeGreaterThan(3);
      readPdf(file);
    }
  });

  test('says the states of a strip in words', async () => {
    const times = ['2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z', '2026-11-03T00:00:00.000Z'];
    const file = await drawBlocks({
      kind: 'strip',
      caption: 'History',
      times,
      rows: [{ label: 'WebPro', states: ['unknown', 'unknown', 'exposed'] }],
    });
    expect(String(file)).toContain('3 checks, oldest first: not determined \\(2 times\\); open, and should not be');
    expect(countElements(readPdf(file)).get('Figure')).toBe(1);
  });

  test('draws any report', async () => {
    await fc.assert(
      fc.asyncProperty(anyReport, async (report) => {
        const file = await draw(describeHandover(handOverReports([report])), BRAND);
        expectPassive(file);
        expect(countElements(readPdf(file)).get('H1')).toBe(1);
      }),
      { numRuns: 12 },
    );
  });
});

describe('text in a PDF', () => {
  const canvas = new PdfCanvas(HEAD, null, FONTS);
  const style = { font: 'regular', size: 10, colour: '#000000' } as const;

  test.each([
    ['Łódź, Ωμέγα, Москва, “naïve” → 5 × 3 …', 'Łódź, Ωμέγα, Москва, “naïve” → 5 × 3 …'],
    ['e\u0301', 'é'],
    ['✔ done', '√ done'],
    ['a\u202eb\x1b[31m', 'a\\u{202e}b\\x1b[31m'],
    ['電話', '\\u{96fb}\\u{8a71}'],
    ['א', '\\u{05d0}'],
    ['👍', '\\u{1f44d}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(canvas.makeSafe(text, style)).toBe(shown);
  });

  test('has only characters of the fonts, in lines that fit', () => {
    fc.assert(
      fc.property(anyText(400), fc.integer({ min: 20, max: 400 }), (text, width) => {
        const lines = canvas.wrap(text, width, style);
        for (const line of lines) expect(canvas.width(line, style)).toBeLessThanOrEqual(width + 0.5);
        for (const char of lines.join('')) {
          expect(isHarmful(char)).toBe(false);
          expect(canvas.doc.font('regular')._font.font.hasGlyphForCodePoint(char.codePointAt(0)!)).toBe(true);
        }
        expect(lines.join('').replaceAll(' ', '')).toBe(canvas.makeSafe(text, style).replaceAll(' ', ''));
      }),
      { numRuns: 60 },
    );
  });

  test('says that there are codes, where there are', async () => {
    const plain = await drawBlocks({ kind: 'text', text: 'abc' });
    const coded = await drawBlocks({ kind: 'text', text: '電' });
    expect(countElements(readPdf(coded)).get('P')).toBe(countElements(readPdf(plain)).get('P')! + 1);
  });
});
