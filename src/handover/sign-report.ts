import type { SigningKey } from '../evidence/keys.js';
import { appendSignature, nameSignature, type Signing, signJson } from '../evidence/sign-document.js';
import { FLEET_SCHEMA } from '../model/fleet-report.js';
import type { Handover } from '../model/handover.js';
import type { Verdict } from '../model/report.js';
import type { ChainHead, SignedCheck } from '../model/signature.js';
import { cutText } from '../words/sentence.js';
import type { DocumentFormat, DocumentSubject } from './draw-document.js';

const MAX_TARGET = 300;

/** A finished report: its bytes, and what goes into a file beside it. */
export interface SignedReport {
  readonly bytes: Uint8Array;
  readonly beside: { readonly file: string; readonly text: string } | null;
}

/** A report that is to be signed. */
export interface ReportToSign {
  readonly subject: DocumentSubject;
  readonly verdict: Verdict;
  readonly chain: ChainHead | null;
}

/** Signs a finished report; the time of it is now. */
export function signReport(
  bytes: Uint8Array,
  format: DocumentFormat,
  output: string | undefined,
  { subject, verdict, chain }: ReportToSign,
  key: SigningKey,
): SignedReport {
  const isFleet = subject.schema === FLEET_SCHEMA;
  const client = isFleet ? null : subject.client;
  const checks = isFleet ? [] : listChecks(subject);
  const signing: Signing = { report: subject, client, verdict, checks, chain, key, at: new Date() };
  if (format === 'html' || format === 'pdf') return { bytes: appendSignature(bytes, format, signing), beside: null };
  return { bytes, beside: { file: nameSignature(output ?? ''), text: signJson(bytes, signing) } };
}

function listChecks({ addresses, site }: Handover): SignedCheck[] {
  const name = (target: string) => cutText(target, MAX_TARGET);
  const checks = addresses.map(({ report: { target, verdict, startedAt } }) => ({
    target: name(target.address ?? target.input),
    verdict,
    measuredAt: startedAt,
  }));
  if (!site) return checks;
  const { client, verdict, startedAt, evidence } = site;
  const target = name(evidence.outside?.address ?? client ?? 'a site');
  return [...checks, { target, verdict, measuredAt: startedAt }];
}
