import type { SignedKind } from '../model/signature.js';
import { decodeUtf8 } from './statement.js';

/** A document that has its signature in itself. */
export type PageKind = Exclude<SignedKind, 'json'>;

/** How the line of the signature begins and ends. The line feed before it belongs to the document. */
const LINES: Readonly<Record<PageKind, { readonly begin: string; readonly end: string }>> = {
  html: { begin: '\n<!-- sallyport-signature: ', end: ' -->\n' },
  pdf: { begin: '\n% sallyport-signature: ', end: '\n' },
};
const LINE_FEED = 0x0a;
/** The end of a PDF: where its table of objects is. Readers search for it in the last 1,024 bytes. */
const PDF_END = /(?:^|[\r\n])(startxref\s+\d+\s+%%EOF\s*)$/;
const PDF_END_BYTES = 64;

/**
 * Puts a signature after a document: in a line of its own, the last. After that of a PDF, the end of the PDF is repeated,
 * because readers would search for it in vain before so long a line.
 * @param sign writes the signature of what comes before that line
 * @throws TypeError for a PDF that does not end as one
 */
export function joinSignature(document: Uint8Array, kind: PageKind, sign: (bytes: Uint8Array) => string): Buffer {
  const isEnded = document.at(-1) === LINE_FEED;
  const signed = Buffer.concat([document, Buffer.from(isEnded ? '' : '\n')]);
  const end = kind === 'pdf' ? findPdfEnd(signed) : '';
  if (end === null) throw new TypeError('the document is not a PDF: it does not end as one');
  const line = LINES[kind].begin.slice(1) + Buffer.from(sign(signed)).toString('base64url') + LINES[kind].end;
  return Buffer.concat([signed, Buffer.from(line + end)]);
}

/** A document taken apart. */
export interface SignedPage {
  readonly kind: PageKind;
  /** What was signed: all before the line of the signature. */
  readonly bytes: Buffer;
  /** The signature, decoded; null if the line, or what follows it, is not in its one form. */
  readonly signature: string | null;
}

/** Finds the signature of a page or PDF: null if there is none, `several` if there are more. */
export function findPageSignature(document: Uint8Array): SignedPage | 'several' | null {
  const all = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  const kind = (['html', 'pdf'] as const).find((one) => all.includes(LINES[one].begin));
  if (!kind) return null;
  const { begin, end } = LINES[kind];
  const at = all.indexOf(begin);
  if (all.lastIndexOf(begin) !== at) return 'several';
  const bytes = all.subarray(0, at + 1);
  const tail = end + (kind === 'pdf' ? (findPdfEnd(bytes) ?? '') : '');
  const rest = all.subarray(at + begin.length).toString('latin1');
  return { kind, bytes, signature: rest.endsWith(tail) ? decode(rest.slice(0, -tail.length)) : null };
}

/** The text that is base64url in its one form; null if it is not. */
function decode(base64: string): string | null {
  const bytes = Buffer.from(base64, 'base64url');
  return bytes.toString('base64url') === base64 ? decodeUtf8(bytes) : null;
}

function findPdfEnd(document: Buffer): string | null {
  return PDF_END.exec(document.subarray(-PDF_END_BYTES).toString('latin1'))?.[1] ?? null;
}
