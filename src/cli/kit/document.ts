import type { Handover } from '../../model/handover.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import type { ReportDocument } from '../../reports/document/report-document.js';
import { TEXTS } from '../../reports/document/strings.js';
import { renderPage } from '../../reports/document/html-page.js';
import { renderMarkdown } from '../../reports/document/markdown-page.js';
import { renderJson } from '../../reports/json.js';
import { drawPdf, type PdfStyle } from './pdf.js';

/** What a report for a customer can be written as. */
export const DOCUMENT_FORMATS = ['html', 'pdf', 'markdown', 'json'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** How a report is drawn. */
export interface DocumentStyle extends PdfStyle {
  /** The id of the key that it will be signed with. */
  readonly signedBy: string | null;
}

/** Draws what is handed over. The same handover and style give the same bytes. */
export async function drawDocument(
  format: DocumentFormat,
  handover: Handover,
  { signedBy, ...style }: DocumentStyle,
): Promise<Buffer> {
  const document = sayKey(describeHandover(handover), signedBy);
  switch (format) {
    case 'html':
      return Buffer.from(renderPage(document, style.brand));
    case 'pdf':
      return drawPdf(document, style);
    case 'markdown':
      return Buffer.from(renderMarkdown(document));
    case 'json':
      return Buffer.from(renderJson(handover));
  }
}

/** Says at the end that the document is signed, which nothing else shows to a reader. */
function sayKey(document: ReportDocument, key: string | null): ReportDocument {
  if (key === null) return document;
  return { ...document, blocks: [...document.blocks, { kind: 'text', text: `${TEXTS.signed} ${key}` }] };
}
