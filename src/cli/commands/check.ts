import { type CheckOptions, prepareCheck, type PreparedCheck, runCheck } from '../../check/run/check.js';
import { parseServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { openTargetList } from '../../files/targets/target-list.js';
import { InputError } from '../../files/text/input-error.js';
import { compareEndpointIds } from '../../model/endpoint.js';
import type { Report, Verdict } from '../../model/report.js';
import { REPORT_FORMATS, REPORTERS } from '../../reports/registry.js';
import { renderCount } from '../../words/sentence.js';
import * as shared from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT, worstVerdict } from '../kit/ending.js';
import { inGroup, type Values } from '../kit/option.js';
import { openOutput, type Output } from '../kit/output.js';
import { createProgress } from '../kit/progress.js';
import { chooseStyle } from '../kit/terminal.js';
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
    ...shared.REACH,
  }),
  ...shared.PACE,
  ...inGroup('Output:', {
    format: { choices: REPORT_FORMATS, otherwise: 'table', describe: 'Format of the report' },
    ...shared.OUTPUT,
    reason: { switch: true, describe: 'Show why each endpoint has its state' },
    ...shared.FULL,
    ...shared.FAIL_ON,
    'dry-run': { switch: true, describe: 'Show what would be sent, and send nothing' },
    ...shared.COMMON,
  }),
} as const;

type Settings = Values<typeof OPTIONS>;

/** `sallyport check`: public addresses, seen from outside. */
export const command = defineCommand({
  words: { targets: { list: true, describe: 'Addresses, networks, ranges or host names' } },
  options: OPTIONS,
  configurable: true,
  examples: [
    ['check 203.0.113.7', 'Is anything of the phone system reachable?'],
    ['check 203.0.113.7 --profile sip-trunk', 'The same, for a site that the SIP provider may reach'],
  ],
  notes: ['Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive'],
  async run({ targets = [], ...settings }) {
    const prepared = await prepareCheck(await readCheckOptions(targets, settings));
    if (prepared.total === 0) throw new InputError('there is no target to check');
    if (settings['dry-run']) {
      process.stdout.write(describeDryRun(prepared));
      return EXIT.compliant;
    }
    const single = prepared.total === 1;
    if (!single) tuneForMany();
    const output = await openOutput(settings.output);
    const progress = await createProgress({
      total: prepared.total,
      quiet: settings.quiet ?? false,
      reportsShown: !output.toFile && process.stdout.isTTY,
    });
    const ending = catchSignals(() => process.stdin.destroy());
    try {
      const reports = runCheck(prepared, { signal: ending.signal, onProgress: (state) => progress.update(state) });
      const verdict = await writeReports(reports, { settings, output, single, signal: ending.signal });
      if (ending.signal.aborted) return EXIT[worstVerdict(verdict ?? 'inconclusive', 'inconclusive')];
      if (verdict === null) throw new InputError('there is no target to check');
      return EXIT[verdict];
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
  const { specs, count } = await openTargetList(targets, files, allowSpecial);
  return {
    ...shared.readPace(settings),
    targets: specs,
    total: count ?? undefined,
    exclude: await shared.readExclusions(settings),
    profile: settings.profile,
    services: parseServiceOverrides(settings.service ?? []),
    source: settings.source,
    ports: settings.ports,
    allPorts: settings['all-ports'],
    allowSpecial,
    authorizedBy,
  };
}

/** Says what a check would send; names stay unresolved. */
function describeDryRun({ total, terms, timing }: PreparedCheck): string {
  const probes = terms.planTarget().sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
  const targets = total === null ? 'all targets that are read' : renderCount(total, 'target');
  const silentS = (timing.patienceMs / 1000).toFixed(1);
  return [
    `Would check ${targets} against profile ${terms.profile.name}, as ${terms.source}: nothing was sent.`,
    `Up to ${timing.rate} packets per second, ${timing.targets} targets at once, ${silentS} s for a silent endpoint.`,
    `${probes.length} endpoints per target (each has other canary ports):`,
    ...probes.map(({ endpoint, probe }) => `  ${endpoint.padEnd(10)}  ${probe.title}`),
    '',
  ].join('\n');
}

interface WriteOptions {
  readonly settings: Settings;
  readonly output: Output;
  /** One target was given. A name may still have several addresses: how many there are is known at the end. */
  readonly single: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes reports as they come, so that what is written is whole even if an error ends it.
 * @returns the worst verdict; null if there was no report
 */
async function writeReports(
  reports: AsyncIterable<Report>,
  { settings, output, single, signal }: WriteOptions,
): Promise<Verdict | null> {
  const known: Report[] | null = single ? [] : null;
  if (known) for await (const report of reports) known.push(report);
  const writer = REPORTERS[settings.format ?? 'table'].create({
    ...chooseStyle(output, settings.color),
    reasons: settings.reason ?? false,
    full: settings.full ?? false,
    many: known?.length !== 1,
  });
  let verdict: Verdict | null = null;
  await output.write(writer.begin());
  try {
    for await (const report of known ?? reports) {
      verdict = worstVerdict(verdict ?? 'compliant', report.verdict);
      await output.write(writer.report(report));
    }
  } catch (error) {
    // Standard input that we stopped reading ourselves is not an error.
    if (!signal.aborted || !(error instanceof InputError)) throw error;
  } finally {
    await output.write(writer.end());
  }
  return verdict;
}
