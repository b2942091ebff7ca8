import { inflateSync } from 'node:zlib';
import { expect } from '@jest/globals';

/** An object of a PDF: its dictionary as text, and its stream, unpacked. */
export interface PdfObject {
  readonly text: string;
  readonly stream: Buffer | null;
}

/** The objects of a PDF by number, found by its table, of which every entry has to fit. */
export function readPdf(file: Buffer): Map<number, PdfObject> {
  const raw = file.toString('latin1');
  expect(raw).toMatch(/^%PDF-1\.[4-7]\n%[\x80-\xff]{4,8}\n% sallyport report\n/);
  const objects = new Map<number, PdfObject>();
  let at: number | null = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(raw)?.[1]);
  while (at !== null) {
    const table: string = raw.slice(at);
    expect(table).toMatch(/^xref\n/);
    const trailer = table.indexOf('trailer');
    let number = 0;
    for (const line of table.slice(5, trailer).split('\n')) {
      const [, first] = /^(\d+) \d+\s*$/.exec(line) ?? [];
      const [, offset, kind] = /^(\d{10}) \d{5} ([nf]) ?\r?$/.exec(line) ?? [];
      if (first !== undefined) number = Number(first);
      else if (offset !== undefined) {
        if (kind === 'n' && !objects.has(number)) objects.set(number, readObject(file, raw, Number(offset), number));
        number++;
      }
    }
    const [, earlier] = /\/Prev (\d+)/.exec(table.slice(trailer, table.indexOf('startxref'))) ?? [];
    at = earlier === undefined ? null : Number(earlier);
  }
  return objects;
}

function readObject(file: Buffer, raw: string, offset: number, number: number): PdfObject {
  expect(raw.startsWith(`${number} 0 obj`, offset)).toBe(true);
  const end = raw.indexOf('endobj', offset);
  const stream = raw.indexOf('stream\n', offset);
  if (stream === -1 || stream > end) return { text: raw.slice(offset, end), stream: null };
  const text = raw.slice(offset, stream);
  const [, length = ''] = /\/Length (\d+)/.exec(text) ?? [];
  const bytes = file.subarray(stream + 7, stream + 7 + Number(length));
  return { text, stream: text.includes('/FlateDecode') ? inflateSync(bytes) : bytes };
}

/** The kinds of elements of its structure, with how many there are of each. */
export function countElements(objects: ReadonlyMap<number, PdfObject>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of objects.values()) {
    const [, kind] = /\/S \/(\w+)[^]*\/P \d+ 0 R/.exec(text) ?? [];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** The one file that is attached. */
export function readAttachment(objects: ReadonlyMap<number, PdfObject>): string {
  const files = [...objects.values()].filter(
    ({ text }) => text.includes('/EmbeddedFile\n') || text.includes('/Type /EmbeddedFile'),
  );
  expect(files).toHaveLength(1);
  return String(files[0]?.stream);
}

/** Nothing in a report makes a reader do something. */
export function expectPassive(file: Buffer): void {
  expect(file.toString('latin1')).not.toMatch(/\/(?:JavaScript|JS|Launch|URI|OpenAction|AA|SubmitForm|GoToR)\b/);
}
