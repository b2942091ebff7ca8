import { type CheckOptions, type CheckProgress, prepareCheck, runCheck } from '../../check/run/check.js';
import { parseAlive, parseServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { createExclusion } from '../../files/targets/guard.js';
import { openTargetList } from '../../files/targets/target-list.js';
import { InputError } from '../../files/text/input-error.js';
import type { Brand } from '../../model/brand.js';
import type { Report, Verdict } from '../../model/report.js';
import { worstVerdict } from '../../model/standing.js';
import { type ReportFormat, REPORTERS } from '../../reports/registry.js';
import type { Reporter, ReportWriter, RunEnd } from '../../reports/reporter.js';
import { renderCount } from '../../words/sentence.js';
import { BRAND, readBrand } from '../kit/brand.js';
import * as shared from '../kit/check-options.js';
import { CRITICAL, CSV } from '../kit/list-options.js';
import { defineCommand } from '../kit/command.js';
import { describeDryRun } from '../kit/dry-run.js';
import { catchSignals, chooseExit, EXIT, tell } from '../kit/ending.js';
import { chooseFormat, REPORT_FORMAT, PLUGIN_CODES } from '../kit/format.js';
import { inGroup, type Values } from '../kit/option.js';
import { openReport, type Output, tellWritten } from '../kit/output.js';
import { createProgress, type ProgressView } from '../kit/progress.js';
import { chooseStyle, countProseColumns } from '../kit/terminal.js';
import { checkFromVantages, FROM_VANTAGES } from '../kit/from-vantages.js';
import { tuneForMany } from '../kit/tune-for-many.js';

const OPTIONS = {
  ...inGroup('Targets:', {
    'input-list': {
      list: true,
      value: 'FILE',
      describe: 'Read targets from a file, or from standard input with -; also -iL FILE',
    },
    ...shared.EXCLUSIONS,
    'authorized-by': {
      value: 'TEXT',
      describe: 'Who authorised the check, and a reference; needed for more than 16 addresses',
    },
  }),
  ...inGroup('What to check:', {
    ...shared.PROFILE,
    ...shared.SOURCE,
    ports: { short: 'p', value: 'PORTS', describe: "Check these ports instead, in nmap's syntax" },
    'all-ports': { switch: true, describe: 'Check all TCP ports of one target' },
    ...shared.SIGNS_OF_LIFE,
    ...shared.REACH,
  }),
  ...shared.PACE,
  ...inGroup('Vantages:', FROM_VANTAGES),
  ...inGroup('Output:', {
    ...REPORT_FORMAT,
    ...shared.OUTPUT,
    ...BRAND,
    ...CSV,
    ...CRITICAL,
    reason: { switch: true, describe: 'Show why each endpoint has its state' },
    ...shared.FULL,
    ...shared.FAIL_ON,
    'dry-run': { switch: true, describe: 'Show what would be sent, and send nothing' },
    ...shared.COMMON,
  }),
} as const;

type Settings = Values<typeof OPTIONS>;

/** With more endpoints than this, the progress of a single target is shown at once: below, it may take a moment only. */
const MANY_ENDPOINTS = 1_000;

/** `sallyport check`: public addresses, seen from outside. */
export const command = defineCommand({
  words: { targets: { list: true, describe: 'Addresses, networks, ranges or host names' } },
  options: OPTIONS,
  configurable: true,
  examples: [
    ['check 203.0.113.7', 'Is anything of the phone system reachable?'],
    ['check 203.0.113.7 --profile sip-trunk', 'The same, for a site that the SIP provider may reach'],
    [
      'check 203.0.113.7 --profile sip-trunk --vantages berlin,office=provider --store postgres://sallyport@db/sallyport',
      'The same, seen by running workers from two places at once',
    ],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive', PLUGIN_CODES],
  async run({ targets = [], ...settings }) {
    const format = chooseFormat(settings, REPORT_FORMAT.format);
    const brand = await readBrand(settings, format);
    const prepared = await prepareCheck(await readCheckOptions(targets, settings));
    if (prepared.total === 0) throw new InputError('there is no target to check');
    if (settings['dry-run']) {
      process.stdout.write(describeDryRun(prepared, countProseColumns()));
      return EXIT.compliant;
    }
    const single = prepared.total === 1;
    if (!single) {
      tuneForMany();
      const unused = (['full', 'reason'] as const).filter(
        (name) => settings[name] && (settings.format ?? 'table') === 'table',
      );
      if (unused.length > 0 && !settings.quiet)
        tell(
          `the table of many targets has a row for each: ${unused.map((name) => `--${name}`).join(' and ')} would need one target, or --format json`,
        );
    }
    const output = await openReport(settings.output, settings.force);
    const endpoints = prepared.terms.planTarget().length;
    // Spread targets end all together.
    const byEndpoint = prepared.spreadMs !== undefined || single;
    const progress = await createProgress({
      total: byEndpoint && prepared.total !== null ? prepared.total * endpoints : prepared.total,
      quiet: settings.quiet ?? false,
      reportsShown: !single && !output.toFile && process.stdout.isTTY,
      late: single && endpoints <= MANY_ENDPOINTS,
    });
    let settled = 0;
    const shown = byEndpoint
      ? { onEndpoint: () => progress.update({ finished: ++settled }) }
      : { onProgress: (state: CheckProgress) => progress.update(state) };
    const ending = catchSignals(() => process.stdin.destroy());
    try {
      const { signal } = ending;
      const reports =
        settings.vantages === undefined
          ? runCheck(prepared, { signal, ...shown })
          : checkFromVantages(prepared, settings, signal);
      const written = await writeReports(reports, { settings, format, brand, output, single, progress, signal });
      if (written.count === 0 && !signal.aborted) throw new InputError('there is no target to check');
      const { verdict, count } = written;
      progress.stop();
      await output.close();
      tellWritten(verdict.toUpperCase(), ` of ${renderCount(count, 'target')}`, settings);
      return written.exitCode;
    } finally {
      progress.stop();
      ending.release();
      await output.close();
    }
  },
});

/** Turns settings and targets into the options of a check. Reads the files of targets. */
async function readCheckOptions(targets: readonly string[], settings: Settings): Promise<CheckOptions> {
  const allowSpecial = settings['allow-special'] ?? false;
  const authorizedBy = settings['authorized-by'];
  const files = settings['input-list'] ?? [];
  if (targets.length + files.length === 0) {
    throw new InputError('no target is given: name one, as in "sallyport check 203.0.113.7", or a file with -iL FILE');
  }
  if (settings['all-ports'] && settings.ports !== undefined) {
    throw new InputError('--all-ports and --ports cannot be used together');
  }
  const { specs: exclude, mistakes } = await shared.readExclusions(settings);
  const { specs, count } = await openTargetList({
    given: targets,
    files,
    allowSpecial,
    exclude: createExclusion(exclude),
    mistakes,
    ...(!settings.quiet && { onNote: tell }),
  });
  return {
    ...shared.readPace(settings),
    targets: specs,
    total: count ?? undefined,
    exclude,
    profile: settings.profile,
    services: parseServiceOverrides(settings.service ?? []),
    alive: settings.alive === undefined ? undefined : parseAlive(settings.alive),
    silenceAcceptedBy: settings['accept-silence'],
    source: settings.source,
    ports: settings.ports,
    allPorts: settings['all-ports'],
    allowSpecial,
    authorizedBy,
  };
}

interface WriteOptions {
  readonly settings: Settings;
  readonly format: ReportFormat;
  readonly brand: Brand | null;
  readonly output: Output;
  /** One target was given. A name may still have several addresses: how many there are is known at the end. */
  readonly single: boolean;
  /** Is stopped before a report on a terminal would be written into it. */
  readonly progress: ProgressView;
  readonly signal: AbortSignal;
}

/** What was written: the worst verdict, how many reports there were, and the exit code. */
interface Written {
  readonly verdict: Verdict;
  readonly count: number;
  readonly exitCode: number;
}

/** Writes reports as they come, so that what is written is whole even if an error ends it. */
async function writeReports(
  reports: AsyncIterable<Report>,
  { settings, format, brand, output, single, progress, signal }: WriteOptions,
): Promise<Written> {
  const known: Report[] | null = single ? [] : null;
  if (known) for await (const report of reports) known.push(report);
  if (known) progress.stop();
  const reporter: Reporter = REPORTERS[format];
  const writer: ReportWriter = reporter.create({
    ...chooseStyle(output, settings.color),
    reasons: settings.reason ?? false,
    full: settings.full ?? false,
    csvSeparator: settings['csv-separator'],
    criticalFrom: settings['critical-from'],
    brand,
    many: known?.length !== 1,
  });
  let verdict: Verdict = 'compliant';
  let count = 0;
  let begun = false;
  const begin = async () => {
    if (!begun) await output.write(writer.begin());
    begun = true;
  };
  const end = (outcome: RunEnd['outcome'], ...troubles: string[]) =>
    output.write(writer.end({ outcome, troubles, unchecked: [] }));
  try {
    for await (const report of known ?? reports) {
      await begin();
      verdict = worstVerdict(verdict, report.verdict);
      count++;
      await output.write(writer.report(report));
    }
  } catch (error) {
    // Standard input that we stopped reading ourselves is not an error.
    if (!signal.aborted || !(error instanceof InputError)) {
      // Where an error came before the first report, an empty table would only look like an answer.
      if (begun) await end('failure', 'An error ended the run.');
      throw error;
    }
  }
  if (signal.aborted) {
    verdict = worstVerdict(verdict, 'inconclusive');
    await begin();
    await end(verdict, 'The run was cut off.');
  } else if (begun) await end(verdict);
  return { verdict, count, exitCode: chooseExit(writer, verdict) };
}
