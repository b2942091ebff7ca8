import type { Brand } from '../../model/brand.js';
import type { Handover } from '../../model/handover.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import { renderPage } from '../../reports/document/html-page.js';
import { renderMarkdown } from '../../reports/document/markdown-page.js';
import { renderJson } from '../../reports/json.js';

/** What a report for a customer can be written as. */
export const DOCUMENT_FORMATS = ['html', 'markdown', 'json'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** Draws what is handed over. The same handover and brand give the same bytes. */
export function drawDocument(format: DocumentFormat, handover: Handover, brand: Brand | null): Buffer {
  switch (format) {
    case 'html':
      return Buffer.from(renderPage(describeHandover(handover), brand));
    case 'markdown':
      return Buffer.from(renderMarkdown(describeHandover(handover)));
    case 'json':
      return Buffer.from(renderJson(handover));
  }
}
