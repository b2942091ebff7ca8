import { type ChainHead, MOST_CHECKS, type SignedCheck, type SignedKind, type Statement } from '../model/signature.js';
import { digestBytes, digestJson } from './digest.js';
import type { SigningKey } from './keys.js';
import { findPageSignature, joinSignature, type PageKind } from './page-signature.js';
import { signStatement } from './statement.js';

/** What a report says and who signs it when: what goes into the statement, so that no one has to take it from a page. */
export interface Signing {
  /** The report itself, a JSON value. */
  readonly report: unknown;
  readonly client: Statement['client'];
  /** That of the whole report. */
  readonly verdict: Statement['verdict'];
  /** One for each address, and one for a site; any number. */
  readonly checks: readonly SignedCheck[];
  /** Where the client's chain in the store ended when the report was made; null if it is not from a store. */
  readonly chain: ChainHead | null;
  readonly key: SigningKey;
  readonly at: Date;
}

/**
 * Signs a finished page or PDF: the same bytes with a signature after them.
 * @throws TypeError if it has a signature already, is not of its kind, or the report is not JSON
 */
export function appendSignature(document: Uint8Array, kind: PageKind, signing: Signing): Buffer {
  if (findPageSignature(document)) throw new TypeError('the document is signed already');
  return joinSignature(document, kind, (bytes) => sign(bytes, kind, signing));
}

/** Signs a file of JSON that holds the report: the text of the file `FILE.sig` to be put beside it. */
export function signJson(file: Uint8Array, signing: Signing): string {
  return `${sign(file, 'json', signing)}\n`;
}

/** The file beside a file of JSON that holds its signature. */
export function nameSignature(file: string): string {
  return `${file}.sig`;
}

function sign(bytes: Uint8Array, kind: SignedKind, { report, checks, key, at, ...said }: Signing): string {
  const { client, verdict, chain } = said;
  return signStatement(
    {
      kind,
      bytes: digestBytes(bytes),
      report: digestJson(report),
      client,
      verdict,
      checks: checks.slice(0, MOST_CHECKS),
      checksInAll: checks.length,
      chain,
      signedAt: at.toISOString(),
    },
    key,
  );
}
