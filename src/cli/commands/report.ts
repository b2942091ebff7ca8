import { stat } from 'node:fs/promises';
import { handOver, noteHanded } from '../../fleet/handover/report-span.js';
import { InputError } from '../../files/text/input-error.js';
import { readInstant } from '../../files/text/instant.js';
import { DOCUMENT_FORMATS, type DocumentSubject } from '../../handover/draw-document.js';
import { drawSigned } from '../../handover/draw-signed.js';
import type { SignedReport } from '../../handover/sign-report.js';
import { verdictOf } from '../../handover/verdict-of.js';
import { FLEET_SCHEMA } from '../../model/fleet-report.js';
import type { Verdict } from '../../model/report.js';
import { nameSiteVerdict } from '../../reports/site-words.js';
import { BRAND, readBrand } from '../kit/brand.js';
import { QUIET_AND_CONFIG } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { PDF_BROWSER, requireSignable, SIGN } from '../kit/draw-options.js';
import { describeError, EXIT, tell } from '../kit/ending.js';
import { chooseFormat } from '../kit/format.js';
import { GATHER, gatherReport } from '../kit/gather-report.js';
import { readSigningKey } from '../kit/key-files.js';
import type { Values } from '../kit/option.js';
import { isOnScreen, openReport, type Output, tellWritten } from '../kit/output.js';
import { CLIENT, withStore } from '../kit/store.js';

const WORDS = {
  client: CLIENT,
  address: { describe: 'Only this address or name of the client' },
} as const;

const OPTIONS = {
  format: { choices: DOCUMENT_FORMATS, otherwise: 'as the file is called, or html', describe: 'Format of the report' },
  output: { short: 'o', value: 'FILE', describe: 'Write the report to a file' },
  force: { switch: true, flagOnly: true, describe: 'Replace the file, even if it is not an earlier report' },
  ...GATHER,
  draft: {
    switch: true,
    flagOnly: true,
    describe: 'Not to be handed over: the next report does not begin where it ends',
  },
  ...BRAND,
  ...PDF_BROWSER,
  ...SIGN,
  ...QUIET_AND_CONFIG,
} as const;

/** `sallyport report`: what is handed to a customer. Sends nothing. */
export const command = defineCommand({
  words: WORDS,
  options: OPTIONS,
  configurable: true,
  examples: [
    ['report acme -o acme.html', 'A page for the customer, with history and what changed since the last one'],
    ['report acme -o acme.pdf --brand brand.yaml', 'The same as a PDF, with your letterhead'],
    ['report acme -o acme.pdf --sign signing-key.pem', 'Signed, so that no one can change it unnoticed'],
    ['report --report check.json -o check.html', 'The same of one check, without a store'],
    ['report --fleet -o fleet.html', 'How all clients stand, what changed in 30 days, and who was not checked'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive'],
  async run({ client, address, ...options }) {
    const format = chooseFormat(options, { choices: DOCUMENT_FORMATS, unfit: {} }, 'html');
    if (format === 'pdf' && isOnScreen(options.output))
      throw new InputError('a PDF cannot be shown on a terminal: give it a file with -o FILE');
    if (options.sign !== undefined) requireSignable(format, options.output);
    // What programs read, what is only shown, and what is of one address alone, is not.
    const isWritten = options.output !== undefined && options.output !== '-' && format !== 'json';
    const isHandedOver = isWritten && client !== undefined && address === undefined;
    if (options.draft && !isHandedOver)
      throw new InputError(
        '--draft has an effect on a page, PDF or Markdown of a client that goes to a file (-o FILE)',
      );
    const key = options.sign === undefined ? null : await readSigningKey(options.sign);
    const brand = await readBrand(options, format);
    const gathered = await gatherReport(client, address, options);
    const verdict = verdictOf(gathered.subject);
    const style = { brand, browser: options['pdf-browser'], onNote: options.quiet ? () => {} : tell, key };
    await write(await drawSigned(format, gathered, style, options.output), options);
    tellWritten(nameVerdict(gathered.subject, verdict), client === undefined ? '' : ` of ${client}`, options);
    if (isHandedOver && !options.draft) await noteHandedOver(client, gathered.subject, options);
    return EXIT[verdict];
  },
});

/** The verdict in a word, as the command says it that made the check. */
function nameVerdict(subject: DocumentSubject, verdict: Verdict): string {
  const site = subject.schema === FLEET_SCHEMA ? null : subject.site;
  return site ? nameSiteVerdict(site.kind, verdict) : verdict.toUpperCase();
}

/** Has the next report of a client list what changed since this one. That is no reason to fail: this one is written. */
async function noteHandedOver(
  clientId: string,
  { madeAt, since }: DocumentSubject,
  { at, store: path, output, quiet }: Values<typeof OPTIONS>,
): Promise<void> {
  // What goes to a pipe or a device, someone only looks at.
  if (!(await stat(output!)).isFile()) return;
  const made = new Date(madeAt);
  const report = handOver(clientId, at === undefined ? made : readInstant(at, 'end'), 'file', made);
  try {
    const isNoted = await withStore(path, (store) => noteHanded(store, report, new Date(since!)));
    if (!isNoted && !quiet)
      tell('the next report will not begin where this one ends: this one leaves out what changed before it begins');
  } catch (error) {
    tell(`the next report will not begin where this one ends: ${describeError(error)}`);
  }
}

/** Writes a report, and its signature if that goes beside it; neither if one of the files must not be replaced. */
async function write({ bytes, beside }: SignedReport, { output: file, force }: Values<typeof OPTIONS>): Promise<void> {
  const output = await openReport(file, force);
  let signature: Output | null = null;
  try {
    signature = beside && (await openReport(beside.file, force));
    await output.write(bytes);
    // Only then is it known to be there.
    await output.close();
    await signature?.write(beside?.text ?? '');
  } finally {
    await signature?.close();
    await output.close();
  }
}
