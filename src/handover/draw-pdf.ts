import { readFile } from 'node:fs/promises';
import { InputError } from '../files/text/input-error.js';
import type { Brand } from '../model/brand.js';
import { finishPdf } from '../reports/document/finish-pdf.js';
import { renderPrint } from '../reports/document/html-page.js';
import type { PdfFonts } from '../reports/document/pdf-canvas.js';
import type { ReportDocument } from '../reports/document/report-document.js';
import { printPage } from '../system/print-page.js';
import { PACKAGE_ROOT } from '../version.js';

/** The browser that is named where none is to be used. */
export const NO_BROWSER = 'none';

/** How a PDF is made. */
export interface PdfStyle {
  readonly brand: Brand | null;
  /** Path of the browser that prints it, or {@link NO_BROWSER}; the first that is found where none is named. */
  readonly browser: string | undefined;
  /** Takes what is not as it might be expected. */
  readonly onNote: (note: string) => void;
}

/**
 * Makes a PDF by a browser if there is one, or else without.
 * @throws InputError if the browser that was named cannot do it
 */
export async function drawPdf(document: ReportDocument, { brand, browser, onNote }: PdfStyle): Promise<Buffer> {
  if (browser !== NO_BROWSER) {
    const pdf = await printPdf(document, brand, browser ?? null);
    if (typeof pdf !== 'string') return pdf;
    if (browser !== undefined) throw new InputError((names) => `${names.browser}: ${pdf}`);
    if (pdf !== NONE_HERE) onNote(`${pdf}; the PDF is made without a browser`);
  }
  if (brand?.logo?.kind === 'svg')
    onNote('the logo is missing in the PDF: without a browser only a PNG can be drawn, not an SVG');
  const { renderPdf } = await loadPdfPage();
  return renderPdf(document, brand, await readFonts());
}

const importPdfPage = () => import('../reports/document/pdf-page.js');
let pdfPage: ReturnType<typeof importPdfPage> | undefined;

/** Loads what makes a PDF without a browser: heavy, and needed by nothing else. */
export function loadPdfPage(): ReturnType<typeof importPdfPage> {
  return (pdfPage ??= importPdfPage());
}

const NONE_HERE = 'no such program';

async function printPdf(document: ReportDocument, brand: Brand | null, browser: string | null) {
  const print = await printPage(renderPrint(document, brand), browser);
  if (print.kind !== 'printed') return print.kind === 'missing' ? NONE_HERE : print.problem;
  return (
    finishPdf(print.pdf, document, brand?.name ?? null) ?? 'the PDF that the browser printed is of an unknown kind'
  );
}

async function readFonts(): Promise<PdfFonts> {
  const read = (weight: string) => readFile(new URL(`fonts/sallyport-sans-${weight}.ttf`, PACKAGE_ROOT));
  return { regular: await read('regular'), bold: await read('bold') };
}
