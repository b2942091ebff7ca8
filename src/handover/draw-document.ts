import { FLEET_SCHEMA, type FleetReport } from '../model/fleet-report.js';
import type { Handover } from '../model/handover.js';
import { describeFleet } from '../reports/document/fleet-document.js';
import { describeHandover } from '../reports/document/handover-document.js';
import { renderPage } from '../reports/document/html-page.js';
import { renderMarkdown } from '../reports/document/markdown-page.js';
import type { ReportDocument } from '../reports/document/report-document.js';
import { TEXTS } from '../reports/document/strings.js';
import { renderJson } from '../reports/json.js';
import { drawPdf, type PdfStyle } from './draw-pdf.js';

/** What a report for a customer can be written as. */
export const DOCUMENT_FORMATS = ['html', 'pdf', 'markdown', 'json'] as const;
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number];

/** What is drawn: what is handed to a customer, or how all clients stand. */
export type DocumentSubject = Handover | FleetReport;

/** How a report is drawn. */
export interface DocumentStyle extends PdfStyle {
  /** The id of the key that it will be signed with. */
  readonly signedBy: string | null;
}

/** Draws what is handed over. The same subject and style give the same bytes. */
export async function drawDocument(
  format: DocumentFormat,
  subject: DocumentSubject,
  { signedBy, ...style }: DocumentStyle,
): Promise<Buffer> {
  const document = sayKey(describe(subject), signedBy);
  switch (format) {
    case 'html':
      return Buffer.from(renderPage(document, style.brand));
    case 'pdf':
      return drawPdf(document, style);
    case 'markdown':
      return Buffer.from(renderMarkdown(document));
    case 'json':
      return Buffer.from(renderJson(subject));
  }
}

function describe(subject: DocumentSubject): ReportDocument {
  return subject.schema === FLEET_SCHEMA ? describeFleet(subject) : describeHandover(subject);
}

/** Says at the end that the document is signed, which nothing else shows to a reader. */
function sayKey(document: ReportDocument, key: string | null): ReportDocument {
  if (key === null) return document;
  return { ...document, blocks: [...document.blocks, { kind: 'text', text: `${TEXTS.signed} ${key}` }] };
}
