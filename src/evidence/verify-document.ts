import type { Statement, Verification } from '../model/signature.js';
import { digestBytes, digestJson } from './digest.js';
import { parseExactJson } from './exact-json.js';
import { findPageSignature } from './page-signature.js';
import { decodeUtf8, readStatement } from './statement.js';

/** Verifies a page or PDF by the signature within. */
export function verifyPage(document: Uint8Array): Verification {
  const page = findPageSignature(document);
  if (!page) return { state: 'unsigned' };
  if (page === 'several') return { state: 'altered', why: 'several', statement: null };
  const statement = page.signature === null ? 'form' : readStatement(page.signature);
  if (typeof statement === 'string') return { state: 'altered', why: statement, statement: null };
  if (statement.kind !== page.kind) return { state: 'altered', why: 'kind', statement };
  if (digestBytes(page.bytes) !== statement.bytes) return { state: 'altered', why: 'bytes', statement };
  const reports = page.kind === 'html' ? readEmbedded(page.bytes) : [];
  const isAnother = reports.length > 0 && !reports.some((json) => matchReport(json, statement));
  return isAnother ? { state: 'altered', why: 'report', statement } : { state: 'intact', statement };
}

/**
 * Verifies a file of JSON.
 * @param beside the file with its signature
 */
export function verifyJson(
  file: Uint8Array,
  beside: Uint8Array,
): Exclude<Verification, { readonly state: 'unsigned' }> {
  const text = decodeUtf8(beside);
  const statement = text?.endsWith('\n') ? readStatement(text.slice(0, -1)) : 'form';
  if (typeof statement === 'string') return { state: 'altered', why: statement, statement: null };
  if (statement.kind !== 'json') return { state: 'altered', why: 'kind', statement };
  if (digestBytes(file) !== statement.bytes) return { state: 'altered', why: 'bytes', statement };
  const isSame = matchReport(Buffer.from(file).toString(), statement);
  return isSame ? { state: 'intact', statement } : { state: 'altered', why: 'report', statement };
}

/** Whether a report is the one that a statement is about, however it is laid out; null if it is not JSON at all. */
export function matchReport(json: string, { report }: Statement): boolean | null {
  try {
    return digestJson(parseExactJson(json)) === report;
  } catch {
    return null;
  }
}

/** The reports that a page offers to be saved. */
function readEmbedded(page: Buffer): string[] {
  const links = page.toString('latin1').matchAll(/\bhref="data:application\/json;base64,([A-Za-z0-9+/=]*)"/g);
  return [...links].map(([, base64 = '']) => Buffer.from(base64, 'base64').toString());
}
