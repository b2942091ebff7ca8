import { readFile } from 'node:fs/promises';
import type { Brand } from '../../model/brand.js';
import type { Handover } from '../../model/handover.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import { renderPage } from '../../reports/document/html-page.js';
import { renderMarkdown } from '../../reports/document/markdown-page.js';
import type { PdfFonts } from '../../reports/document/pdf-canvas.js';
import { renderJson } from '../../reports/json.js';
import { PACKAGE_ROOT } from '../../version.js';

/** What a report for a customer can be written as. */
export const DOCUMENT_FORMATS = ['html', 'pdf', 'markdown', 'json'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** How a document is drawn. */
export interface DocumentStyle {
  readonly brand: Brand | null;
  /** Takes what the document cannot show. */
  readonly onNote: (note: string) => void;
}

/** Draws what is handed over. The same handover and style give the same bytes. */
export async function drawDocument(
  format: DocumentFormat,
  handover: Handover,
  { brand, onNote }: DocumentStyle,
): Promise<Buffer> {
  switch (format) {
    case 'html':
      return Buffer.from(renderPage(describeHandover(handover), brand));
    case 'pdf':
      return drawPdf(handover, brand, onNote);
    case 'markdown':
      return Buffer.from(renderMarkdown(describeHandover(handover)));
    case 'json':
      return Buffer.from(renderJson(handover));
  }
}

async function drawPdf(handover: Handover, brand: Brand | null, onNote: (note: string) => void): Promise<Buffer> {
  if (brand?.logo?.kind === 'svg')
    onNote('the logo is missing in the PDF: without a browser only a PNG can be drawn, not an SVG');
  // Heavy, and needed by nothing else.
  const { renderPdf } = await import('../../reports/document/pdf-page.js');
  return renderPdf(describeHandover(handover), brand, await readFonts());
}

async function readFonts(): Promise<PdfFonts> {
  const read = (weight: string) => readFile(new URL(`fonts/sallyport-sans-${weight}.ttf`, PACKAGE_ROOT));
  return { regular: await read('regular'), bold: await read('bold') };
}
