import type { Alteration, SignedKind, Statement, Verification } from '../model/signature.js';
import { forTerminal } from '../words/escape.js';
import { wrapText } from '../words/layout.js';
import { renderCount } from '../words/sentence.js';
import { renderTime } from '../words/time.js';
import type { Paint } from './paint.js';

/**
 * What a signed file is worth to the one who verifies it: `genuine`, by a key that is trusted; `unvouched`, intact, but
 * no key was given to compare with; `other-key`, intact, but by none of the keys that are trusted; `other-report`,
 * intact, but not with the data that it was compared with; `altered`.
 */
export type Worth = 'genuine' | 'unvouched' | 'other-key' | 'other-report' | 'altered';

/** What came of verifying a file. */
export interface VerifiedFile {
  readonly file: string;
  readonly worth: Worth;
  /** By the signature alone. */
  readonly verification: Exclude<Verification, { readonly state: 'unsigned' }>;
  /** A file of JSON that was compared with the report that was signed; null if none was. */
  readonly report: { readonly file: string; readonly matches: boolean } | null;
}

/** How each looks: a symbol and a word, so that no colour is needed. */
const MARKS = {
  genuine: { label: '✔ GENUINE', format: 'green' },
  unvouched: { label: '? WHOSE KEY?', format: 'yellow' },
  'other-key': { label: '✖ OTHER KEY', format: 'red' },
  'other-report': { label: '✖ OTHER REPORT', format: 'red' },
  altered: { label: '✖ ALTERED', format: 'red' },
} as const satisfies Record<Worth, { label: string; format: string }>;

const KINDS: Readonly<Record<SignedKind, string>> = { json: 'a file of JSON', html: 'a page', pdf: 'a PDF' };

/** Says in words what a signed file is worth. */
export function renderVerification(verified: VerifiedFile, { width, paint }: Style): string {
  const { worth, verification } = verified;
  const { label, format } = MARKS[worth];
  const { statement } = verification;
  const rows = statement ? listFacts(statement, verified.report) : [];
  const lines = [
    `${paint(['bold', format], label)}  ${forTerminal(verified.file)}`,
    ...wrapText(forTerminal(summarise(verified)), width - 2).map((line) => `  ${line}`),
    ...(rows.length > 0 ? ['', ...rows.flatMap((row) => layOutRow(row, width))] : []),
  ];
  return `${lines.join('\n')}\n`;
}

interface Style {
  readonly width: number;
  readonly paint: Paint;
}

function summarise({ worth, verification, report }: VerifiedFile): string {
  const { statement } = verification;
  switch (worth) {
    case 'genuine':
      return 'The file is exactly what was signed, by a key that you trust.';
    case 'unvouched':
      return (
        'The file is as it was signed, but anyone can make a key and sign. Ask the dealer for the id of the key, by ' +
        `another way than this file came, and give it with --key. If it is ${statement?.key.id}, the file is genuine.`
      );
    case 'other-key':
      return 'The file is as it was signed, but by another key than those that you trust. Do not rely on it.';
    case 'other-report':
      return `The file is as it was signed, but ${report?.file} is not the report that was signed with it.`;
    case 'altered':
      return verification.state === 'altered' ? sayAlteration(verification.why, statement) : '';
  }
}

function sayAlteration(why: Alteration, statement: Statement | null): string {
  const advice = 'Do not rely on it: ask the dealer for the file again.';
  switch (why) {
    case 'form':
      return `The signature is damaged, or something was put after it. ${advice}`;
    case 'signature':
      return `The signature does not fit what it is to sign. ${advice}`;
    case 'several':
      return `The file has more than one signature. ${advice}`;
    case 'kind':
      return `The signature is that of ${KINDS[statement?.kind ?? 'json']}, and this file is none. ${advice}`;
    case 'bytes':
      return `The file is not what was signed: it was changed, or the signature is that of another file. ${advice}`;
    case 'report':
      return `The data in the file is not the report that was signed with it. ${advice}`;
  }
}

type Row = readonly [label: string, text: string];

/** What the statement says. Its texts are the signer's. */
function listFacts(statement: Statement, report: VerifiedFile['report']): Row[] {
  const { client, verdict, checks, checksInAll, chain, signedAt, key } = statement;
  const more = checksInAll - checks.length;
  return [
    ['signed file', KINDS[statement.kind]],
    ['verdict', verdict.toUpperCase()],
    ...(client ? [['client', `${client.name} (${client.id})`] as const] : []),
    ...checks.map(({ target, verdict: own, measuredAt }, index): Row => [
      index === 0 ? 'measured' : '',
      `${target}: ${own.toUpperCase()}, ${renderTime(measuredAt)}`,
    ]),
    ...(more > 0 ? [['', `and ${renderCount(more, 'more check')}`] as const] : []),
    ['signed', `${renderTime(signedAt)}, by the clock of the one who signed`],
    ['key', key.id],
    ...(key.owner === null ? [] : [['key’s owner', `${key.owner}, as the owner says`] as const]),
    ...(chain ? [['store', `record ${chain.length} of the client, ${chain.head}`] as const] : []),
    ['report', statement.report],
    ...(report
      ? [['compared', `${report.file}: ${report.matches ? 'the same report' : 'another report'}`] as const]
      : []),
  ];
}

const LABELS = 14;

function layOutRow([label, text]: Row, width: number): string[] {
  const lines = wrapText(forTerminal(text), width - LABELS - 2);
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABELS)}${line}`);
}
