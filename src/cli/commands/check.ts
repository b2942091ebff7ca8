import type { CommandModule } from 'yargs';
import { prepareCheck, runCheck } from '../../check.js';
import { InputError } from '../../inputs/input-error.js';
import type { Report, Verdict } from '../../model/report.js';
import { REPORTERS } from '../../reporters/registry.js';
import { type CheckArguments, CHECK_OPTIONS, readCheckOptions } from '../check-options.js';
import { describeDryRun } from '../dry-run.js';
import { EXIT, worstVerdict } from '../exit-codes.js';
import { openOutput, type Output } from '../output.js';
import { createProgress } from '../progress.js';
import { useColor } from '../terminal.js';

/** `sallyport check`: public addresses, seen from outside. */
export function checkCommand(finish: (exitCode: number) => void): CommandModule<object, CheckArguments> {
  return {
    command: 'check [targets..]',
    describe: 'Check public addresses from outside',
    builder: (yargs) =>
      yargs
        .positional('targets', { type: 'string', array: true, describe: 'Addresses, networks, ranges or host names' })
        .options(CHECK_OPTIONS)
        .example('$0 check 203.0.113.7', 'Is anything of the phone system reachable?')
        .example('$0 check 203.0.113.7 --profile sip-trunk', 'The same, where the SIP provider may come in'),
    handler: async (args) => finish(await runCheckCommand(args)),
  };
}

async function runCheckCommand(args: CheckArguments): Promise<number> {
  const prepared = await prepareCheck(await readCheckOptions(args));
  if (args['dry-run']) {
    process.stdout.write(describeDryRun(prepared));
    return EXIT.compliant;
  }
  const output = await openOutput(args.output);
  const progress = await createProgress(prepared.total, args.quiet ?? false);
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    process.stdin.destroy();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const reports = runCheck(prepared, { signal: abort.signal, onProgress: progress.update });
    const verdict = await writeReports(reports, prepared.total === 1, args, output);
    if (verdict === null && !abort.signal.aborted) throw new InputError('there is no target to check');
    return EXIT[verdict ?? 'inconclusive'];
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await output.close();
  }
}

/** Writes reports as they come. A single name may have several addresses: only then is it known how many there are. */
async function writeReports(
  reports: AsyncIterable<Report>,
  single: boolean,
  args: CheckArguments,
  output: Output,
): Promise<Verdict | null> {
  let verdict: Verdict | null = null;
  const known: Report[] | null = single ? [] : null;
  if (known) for await (const report of reports) known.push(report);
  const writer = REPORTERS[args.format].create({
    color: args.output === undefined && useColor(args.color),
    width: args.output === undefined ? Math.min(process.stdout.columns || 80, 120) : 80,
    reasons: args.reason ?? false,
    many: known?.length !== 1,
  });
  await output.write(writer.begin());
  for await (const report of known ?? reports) {
    verdict = worstVerdict(verdict ?? 'compliant', report.verdict);
    await output.write(writer.report(report));
  }
  await output.write(writer.end());
  return verdict;
}
