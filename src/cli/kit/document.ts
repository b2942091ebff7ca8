import type { Handover } from '../../model/handover.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import { renderPage } from '../../reports/document/html-page.js';
import { renderMarkdown } from '../../reports/document/markdown-page.js';
import { renderJson } from '../../reports/json.js';
import { drawPdf, type PdfStyle } from './pdf.js';

/** What a report for a customer can be written as. */
export const DOCUMENT_FORMATS = ['html', 'pdf', 'markdown', 'json'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** Draws what is handed over. The same handover and style give the same bytes. */
export async function drawDocument(format: DocumentFormat, handover: Handover, style: PdfStyle): Promise<Buffer> {
  switch (format) {
    case 'html':
      return Buffer.from(renderPage(describeHandover(handover), style.brand));
    case 'pdf':
      return drawPdf(describeHandover(handover), style);
    case 'markdown':
      return Buffer.from(renderMarkdown(describeHandover(handover)));
    case 'json':
      return Buffer.from(renderJson(handover));
  }
}
