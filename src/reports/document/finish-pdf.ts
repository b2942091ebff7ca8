import { forTerminal } from '../../words/escape.js';
import { PDF_MARK } from './pdf-mark.js';
import type { Attachment, DocumentHead, ReportDocument } from './report-document.js';
import { TEXTS } from './strings.js';

/*
 * What a browser cannot do to a PDF: data attached, and dates that are those of the report. The file is put together
 * anew from its objects, which stay as they are but for two.
 */

/** A PDF in parts: each object as `N 0 obj … endobj`. */
interface Parts {
  /** By number. */
  readonly objects: Map<number, Buffer>;
  readonly root: number;
  readonly info: number;
}

/**
 * Finishes what a browser printed. The same print and document give the same bytes, whenever it was printed.
 * @param author who hands it over
 * @returns null for a PDF that is not laid out as Chromium's are
 */
export function finishPdf(printed: Buffer, document: ReportDocument, author: string | null): Buffer | null {
  const parts = takeApart(printed);
  const root = parts?.objects.get(parts.root)?.toString('latin1') ?? '';
  const info = parts?.objects.get(parts.info)?.toString('latin1') ?? '';
  const end = root.lastIndexOf('>>');
  if (!parts || end === -1 || /\/(?:Names|AF)\b/.test(root)) return null;
  const { objects } = parts;
  objects.set(parts.info, Buffer.from(`${parts.info} 0 obj\n${describe(document, author, info)}\nendobj\n`));
  if (document.attachment) {
    const number = nextNumber(objects);
    const file = describeFile(document.attachment, readDate(document), number);
    for (const [index, object] of file.objects.entries()) objects.set(number + index, object);
    objects.set(parts.root, Buffer.from(root.slice(0, end) + file.entries + root.slice(end), 'latin1'));
  }
  return putTogether(parts);
}

/** The first number that no object has. */
function nextNumber(objects: Parts['objects']): number {
  return [...objects.keys()].reduce((most, number) => Math.max(most, number), 0) + 1;
}

/** Reads a PDF with one plain table of its objects, which Chromium writes. */
function takeApart(pdf: Buffer): Parts | null {
  const text = pdf.toString('latin1');
  const [, start = ''] = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text.slice(-64)) ?? [];
  const table = Number(start);
  const [, count = '', entries = ''] =
    /^xref\s+0 (\d+)\s+((?:\d{10} \d{5} [fn]\s+)*)trailer/.exec(text.slice(table)) ?? [];
  const trailer = text.slice(table + text.slice(table).indexOf('trailer'));
  const [, root] = /\/Root (\d+) 0 R/.exec(trailer) ?? [];
  const [, info] = /\/Info (\d+) 0 R/.exec(trailer) ?? [];
  if (start === '' || root === undefined || info === undefined || /\/(?:Prev|Encrypt|XRefStm)\b/.test(trailer))
    return null;
  const used = [...entries.matchAll(/(\d{10}) \d{5} ([fn])/g)]
    .map(([, offset, kind], number) => ({ number, offset: Number(offset), kind }))
    .filter(({ kind }) => kind === 'n')
    .sort((a, b) => a.offset - b.offset);
  const objects = new Map<number, Buffer>();
  for (const [index, { number, offset }] of used.entries()) {
    if (!text.startsWith(`${number} 0 obj`, offset)) return null;
    objects.set(number, pdf.subarray(offset, used[index + 1]?.offset ?? table));
  }
  return entries.length / 20 === Number(count) ? { objects, root: Number(root), info: Number(info) } : null;
}

function putTogether({ objects, root, info }: Parts): Buffer {
  const chunks: Buffer[] = [Buffer.from(`%PDF-1.7\n%\xd3\xeb\xe9\xe1\n${PDF_MARK}\n`, 'latin1')];
  let length = chunks[0]!.length;
  const offsets = new Map<number, number>();
  for (const [number, object] of objects) {
    offsets.set(number, length);
    chunks.push(object);
    length += object.length;
  }
  const size = nextNumber(objects);
  const entries = Array.from({ length: size }, (_, number) => {
    const offset = offsets.get(number);
    return offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const trailer = `trailer\n<</Size ${size}\n/Root ${root} 0 R\n/Info ${info} 0 R>>\nstartxref\n${length}\n%%EOF\n`;
  return Buffer.concat([...chunks, Buffer.from(`xref\n0 ${size}\n${entries.join('')}${trailer}`)]);
}

function readDate({ madeAt }: DocumentHead): string {
  return `(D:${madeAt.slice(0, 19).replace(/\D/g, '')}Z)`;
}

/** @param printed what the browser said of itself and the document */
function describe(document: ReportDocument, author: string | null, printed: string): string {
  const date = readDate(document);
  const [, producer = '(a browser)'] = /\/Producer (\([^()\\]*\))/.exec(printed) ?? [];
  return [
    `<</Title ${writeText(forTerminal(`${document.title}: ${document.subject}`))}`,
    ...(author === null ? [] : [`/Author ${writeText(forTerminal(author))}`]),
    `/Creator (sallyport)\n/Producer ${producer}\n/CreationDate ${date}\n/ModDate ${date}>>`,
  ].join('\n');
}

/** A text string (ISO 32000-1, 7.9.2.2): UTF-16 with its mark, in hexadecimal. */
function writeText(text: string): string {
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}

function describeFile({ name, json }: Attachment, date: string, number: number) {
  const bytes = Buffer.from(json);
  const title = writeText(name);
  const head = `${number} 0 obj\n<</Type /EmbeddedFile\n/Subtype /application#2Fjson\n/Params <</Size ${bytes.length}\n/ModDate ${date}>>\n/Length ${bytes.length}>> stream\n`;
  const file = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\nendstream\nendobj\n')]);
  const spec = `${number + 1} 0 obj\n<</Type /Filespec\n/F ${title}\n/UF ${title}\n/Desc ${writeText(TEXTS.attached)}\n/AFRelationship /Source\n/EF <</F ${number} 0 R>>>>\nendobj\n`;
  return {
    objects: [file, Buffer.from(spec)],
    entries: `\n/Names <</EmbeddedFiles <</Names [${title} ${number + 1} 0 R]>>>>\n/AF [${number + 1} 0 R]`,
  };
}
