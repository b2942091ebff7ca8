import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { finishPdf } from '../../../src/reports/document/finish-pdf.js';
import type { ReportDocument } from '../../../src/reports/document/report-document.js';
import { readAttachment, readPdf } from './read-pdf.js';

const DOCUMENT: ReportDocument = {
  ...{ title: 'Exposure report', subject: 'Zażółć \u202e (x)', madeAt: '2026-11-30T10:00:00.000Z', blocks: [] },
  attachment: { name: 'sallyport-report.json', json: '{"é":"endstream endobj"}' },
};

/** A PDF as Chromium lays it out. */
function print({ date = '20260101000000', catalog = '', trailer = '' } = {}): Buffer {
  const objects = [
    `<</Title (x)\n/Creator (Mozilla)\n/Producer (Skia/PDF m156)\n/CreationDate (D:${date}+00'00')\n/ModDate (D:${date}+00'00')>>`,
    `<</Type /Catalog\n/Pages 3 0 R\n/MarkInfo <</Marked true>>${catalog}\n/Lang (en)>>`,
    '<</Type /Pages\n/Count 0\n/Kids []>>',
  ];
  let text = '%PDF-1.4\n%\xd3\xeb\xe9\xe1\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 4\n0000000000 65535 f \n${offsets.join('')}`;
  const end = `trailer\n<</Size 4\n/Root 2 0 R\n/Info 1 0 R${trailer}>>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(text + table + end, 'latin1');
}

describe('finishPdf', () => {
  test('attaches the data, and keeps what was printed', () => {
    const objects = readPdf(finishPdf(print(), DOCUMENT, 'Müller')!);
    expect(readAttachment(objects)).toBe(DOCUMENT.attachment?.json);
    expect(objects.get(2)?.text).toMatch(
      /\/MarkInfo <<\/Marked true>>\n\/Lang \(en\)\n\/Names <<\/EmbeddedFiles.*\n\/AF \[5 0 R\]>>/,
    );
    expect(objects.get(3)?.text).toContain('/Type /Pages');
    const title = Buffer.from('Exposure report: Zażółć \\u{202e} (x)', 'utf16le').swap16().toString('hex');
    expect(objects.get(1)?.text).toContain(`/Title <feff${title}>`);
    expect(objects.get(1)?.text).toContain('/Producer (Skia/PDF m156)');
  });

  test('leaves no trace of when it was printed', () => {
    const file = finishPdf(print(), DOCUMENT, null)!;
    expect(finishPdf(print({ date: '20270203040506' }), DOCUMENT, null)!.equals(file)).toBe(true);
    expect(file.toString('latin1').match(/\(D:\d+/g)).toEqual(Array.from({ length: 3 }, () => '(D:20261130100000'));
  });

  test.each([
    ['one with names of its own', print({ catalog: '\n/Names 3 0 R' })],
    ['one that was changed later', print({ trailer: '\n/Prev 9' })],
    ['an encrypted one', print({ trailer: '\n/Encrypt 3 0 R' })],
    ['one that is cut off', print().subarray(0, -9)],
    ['one whose table is wrong', Buffer.from(print().toString('latin1').replace('%PDF-1.4', '%PDF-1.4 '), 'latin1')],
    ['something else', Buffer.from('<html>')],
  ])('does not touch %s', (_name, file) => {
    expect(finishPdf(file, DOCUMENT, null)).toBeNull();
  });

  test('never throws, and what it gives can be read', () => {
    const good = print();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(3), (at, byte, cut) => {
        const file = Buffer.from(cut === 0 ? good.subarray(0, at) : good);
        if (cut > 0) file[at] = byte;
        const finished = finishPdf(file, DOCUMENT, null);
        if (finished) readPdf(finished);
      }),
      { numRuns: 300 },
    );
  });
});
