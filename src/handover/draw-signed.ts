import { makeWellFormed } from '../evidence/canonical-json.js';
import type { SigningKey } from '../evidence/keys.js';
import type { ChainHead } from '../model/signature.js';
import { type DocumentFormat, type DocumentSubject, drawDocument } from './draw-document.js';
import type { PdfStyle } from './draw-pdf.js';
import { type SignedReport, signReport } from './sign-report.js';
import { verdictOf } from './verdict-of.js';

/** What is handed over, and where the client's chain in the store ended, if it is from there. */
export interface Gathered {
  readonly subject: DocumentSubject;
  readonly chain: ChainHead | null;
}

/** How a report is drawn and signed. */
export interface SignedStyle extends PdfStyle {
  /** Null: it is not signed. */
  readonly key: SigningKey | null;
}

/**
 * Draws what is handed over, and signs it.
 * @param file what the file of it will be called, after which the signature beside JSON is named
 */
export async function drawSigned(
  format: DocumentFormat,
  gathered: Gathered,
  { key, ...style }: SignedStyle,
  file?: string,
): Promise<SignedReport> {
  // A text that was cut within a pair has no canonical form.
  const subject = key ? makeWellFormed(gathered.subject) : gathered.subject;
  const bytes = await drawDocument(format, subject, { ...style, signedBy: key?.id ?? null });
  if (!key) return { bytes, beside: null };
  return signReport(bytes, format, file, { subject, verdict: verdictOf(subject), chain: gathered.chain }, key);
}
