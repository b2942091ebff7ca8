import { makeWellFormed } from '../../evidence/canonical-json.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { type HandedReport, readHandedReport } from '../../files/reports/handed-report.js';
import { InputError } from '../../files/text/input-error.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import { gatherHandover } from '../../fleet/handover/gather-handover.js';
import type { Store } from '../../fleet/store/store.js';
import type { Handover } from '../../model/handover.js';
import type { Verdict } from '../../model/report.js';
import type { ChainHead } from '../../model/signature.js';
import { handOverReports, handOverSite } from '../../reports/document/handover-document.js';
import { listNames } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { BRAND, readBrand } from '../kit/brand.js';
import { QUIET_AND_CONFIG } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { DOCUMENT_FORMATS, drawDocument } from '../kit/document.js';
import { EXIT, tell, worstVerdict } from '../kit/ending.js';
import { chooseFormat } from '../kit/format.js';
import { readSigningKey } from '../kit/key-files.js';
import type { Values } from '../kit/option.js';
import { isOnScreen, openReport, tellWritten } from '../kit/output.js';
import { PDF_BROWSER } from '../kit/pdf.js';
import { requireSignable, SIGN, type SignedReport, signReport } from '../kit/sign-report.js';
import { CLIENT, describeUnknownClient, STORE, withStore } from '../kit/store.js';

const WORDS = {
  client: CLIENT,
  address: { describe: 'Only this address or name of the client' },
} as const;

const OPTIONS = {
  report: { value: 'FILE', describe: 'A report that was written as JSON, instead of one in the store' },
  format: { choices: DOCUMENT_FORMATS, otherwise: 'as the file is called, or html', describe: 'Format of the report' },
  output: { short: 'o', value: 'FILE', describe: 'Write the report to a file' },
  force: { switch: true, flagOnly: true, describe: 'Replace the file, even if it is not an earlier report' },
  at: { value: 'TIME', otherwise: 'the newest check', describe: 'The last check at or before this time' },
  since: { value: 'TIME', otherwise: '30d', describe: 'List changes from this day or time on, or so long ago' },
  checklist: { value: 'NAME', otherwise: DEFAULT_CHECKLIST, describe: 'Checklist of which the answers are shown' },
  ...BRAND,
  ...PDF_BROWSER,
  ...SIGN,
  ...STORE,
  ...QUIET_AND_CONFIG,
} as const;

/** `sallyport report`: what is handed to a customer. Sends nothing. */
export const command = defineCommand({
  words: WORDS,
  options: OPTIONS,
  configurable: true,
  examples: [
    ['report acme -o acme.html', 'A page for the customer, with history and what changed in 30 days'],
    ['report acme -o acme.pdf --brand brand.yaml', 'The same as a PDF, with your letterhead'],
    ['report acme -o acme.pdf --sign signing-key.pem', 'Signed, so that no one can change it unnoticed'],
    ['report --report check.json -o check.html', 'The same of one check, without a store'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive'],
  async run({ client, address, ...options }) {
    const format = chooseFormat(options, { choices: DOCUMENT_FORMATS, unfit: {} }, 'html');
    if (format === 'pdf' && isOnScreen(options.output))
      throw new InputError('a PDF cannot be shown on a terminal: give it a file with -o FILE');
    if (options.sign !== undefined) requireSignable(format, options.output);
    const key = options.sign === undefined ? null : await readSigningKey(options.sign);
    const brand = await readBrand(options, format);
    const gathered =
      options.report === undefined ? await fromStore(client, address, options) : await fromFile(client, options);
    // A text that was cut within a pair has no canonical form.
    const handover = key ? makeWellFormed(gathered.handover) : gathered.handover;
    const verdict = verdictOf(handover);
    const bytes = await drawDocument(format, handover, {
      brand,
      browser: options['pdf-browser'],
      onNote: options.quiet ? () => {} : tell,
      signedBy: key?.id ?? null,
    });
    await write(
      key
        ? signReport(bytes, format, options.output, { handover, verdict, chain: gathered.chain }, key)
        : { bytes, beside: null },
      options,
    );
    tellWritten(verdict.toUpperCase(), client === undefined ? '' : ` of ${client}`, options);
    return EXIT[verdict];
  },
});

type Settings = Values<typeof OPTIONS>;

/** What is handed over, and where the client's chain in the store ended, if it is from there. */
interface Gathered {
  readonly handover: Handover;
  readonly chain: ChainHead | null;
}

/** Writes a report, and its signature if that goes beside it; neither if one of the files must not be replaced. */
async function write({ bytes, beside }: SignedReport, { output: file, force }: Settings): Promise<void> {
  const output = await openReport(file, force);
  try {
    const signature = beside && (await openReport(beside.file, force));
    await output.write(bytes);
    await signature?.write(beside?.text ?? '');
    await signature?.close();
  } finally {
    await output.close();
  }
}

function verdictOf({ addresses, site }: Handover): Verdict {
  const verdicts = [...addresses.map(({ report }) => report.verdict), ...(site ? [site.verdict] : [])];
  return verdicts.reduce<Verdict>(worstVerdict, 'compliant');
}

async function fromFile(client: string | undefined, { report: file = '', ...others }: Settings): Promise<Gathered> {
  if (client !== undefined) throw new InputError('give a client or --report, not both');
  const idle = (['at', 'since', 'checklist', 'store'] as const).find((name) => others[name] !== undefined);
  if (idle !== undefined) throw new InputError(`--${idle} has no effect with --report`);
  return { handover: toHandover(await readHandedReport(file)), chain: null };
}

function toHandover(handed: HandedReport): Handover {
  switch (handed.kind) {
    case 'reports':
      return handOverReports(handed.reports);
    case 'site':
      return handOverSite(handed.site);
    case 'handover':
      return handed.handover;
  }
}

async function fromStore(
  client: string | undefined,
  address: string | undefined,
  options: Settings,
): Promise<Gathered> {
  if (client === undefined) throw new InputError('name a client, or give a report with --report FILE');
  const now = new Date();
  const at = options.at === undefined ? null : readInstant(options.at, 'end');
  const since = readBeginning(options.since ?? '30d', at ?? now);
  if (since > (at ?? now)) throw new InputError('--since is later than the report');
  const checklist = await loadChecklist(options.checklist ?? DEFAULT_CHECKLIST);
  return withStore(options.store, async (store) => {
    const handover = await gatherHandover(store, client, { at, since, now, address, checklist });
    return handover ? { handover, chain: await store.readChainHead(client) } : refuse(store, client, address, at);
  });
}

/** Why there is nothing to hand over. */
async function refuse(store: Store, client: string, address: string | undefined, at: Date | null): Promise<never> {
  const newest = await store.readReports(client, null);
  if (newest.length === 0) throw await describeUnknownClient(store, client);
  if (at && (await store.readReports(client, at)).length === 0)
    throw new InputError(`"${client}" has no check of ${renderTime(at.toISOString())} or before`);
  const known = listNames(newest.map(({ slot }) => slot));
  throw new InputError(`"${client}" has no address "${address}" in the store; it has ${known}`);
}
