import { matchReport } from '../../evidence/verify-document.js';
import { InputError } from '../../files/text/input-error.js';
import { readText } from '../../files/text/read-text.js';
import { renderJson } from '../../reports/json.js';
import { renderVerification, type VerifiedFile, type Worth } from '../../reports/verification.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { readTrustedKeys } from '../kit/key-files.js';
import type { Values } from '../kit/option.js';
import { MAX_FILE, verifyFile } from '../kit/signed-file.js';
import { TABLE_OR_JSON } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const WORDS = { file: { required: true, describe: 'Signed page, PDF or file of JSON' } } as const;
const OPTIONS = {
  key: {
    list: true,
    value: 'KEY',
    describe: 'Key that you trust: its id, its public file, or a folder of such files',
  },
  report: { value: 'FILE', describe: 'File of JSON to compare with the report that was signed' },
  signature: { value: 'FILE', otherwise: 'FILE.sig', describe: 'Signature of a file of JSON' },
  ...TABLE_OR_JSON,
} as const;

/** What each comes to as an exit code. */
const EXITS: Readonly<Record<Worth, number>> = {
  genuine: EXIT.compliant,
  altered: EXIT.violation,
  'other-key': EXIT.violation,
  'other-report': EXIT.violation,
  unvouched: EXIT.inconclusive,
};

/** `sallyport verify`: whether a report is what was signed, and by whom. Needs no store and no network. */
export const command = defineCommand({
  words: WORDS,
  options: OPTIONS,
  examples: [
    ['verify report.pdf --key 0f3c-…-91ab', 'Is this report as the dealer with this key signed it?'],
    ['verify report.json --key keys/', 'A file of JSON with report.json.sig beside it'],
  ],
  notes: [
    'Exit codes: 0 genuine, 1 altered or signed by another key, 2 not a signed file, usage or internal error, 3 intact, ' +
      'but no key was given to compare with',
  ],
  run: verify,
});

async function verify({
  file,
  key,
  report,
  ...settings
}: Values<typeof WORDS> & Values<typeof OPTIONS>): Promise<number> {
  const trusted = key && (await readTrustedKeys(key));
  const verification = await verifyFile(file, settings.signature);
  const compared = report === undefined ? null : await compareReport(report, verification.statement);
  const worth = judgeWorth(verification, trusted, compared);
  const verified: VerifiedFile = { file, worth, verification, report: compared };
  process.stdout.write(
    settings.format === 'json' ? renderJson(tellPrograms(verified)) : renderVerification(verified, describeScreen()),
  );
  return EXITS[worth];
}

async function compareReport(file: string, statement: VerifiedFile['verification']['statement']) {
  const matches = statement && matchReport(await readText(file, MAX_FILE), statement);
  if (statement && matches === null) throw new InputError('is not JSON, or has a key twice', { file });
  return matches === null ? null : { file, matches };
}

function judgeWorth(
  { state, statement }: VerifiedFile['verification'],
  trusted: ReadonlySet<string> | undefined,
  report: VerifiedFile['report'],
): Worth {
  if (state === 'altered') return 'altered';
  if (report?.matches === false) return 'other-report';
  if (!trusted) return 'unvouched';
  return trusted.has(statement.key.id) ? 'genuine' : 'other-key';
}

function tellPrograms({ file, worth, verification, report }: VerifiedFile) {
  const altered = verification.state === 'altered' ? verification.why : null;
  return { file, worth, altered, statement: verification.statement, report };
}
