import type { CommandModule } from 'yargs';
import { prepareCheck, runCheck } from '../../check/run/check.js';
import { InputError } from '../../files/text/input-error.js';
import { tuneForMany } from '../tune-for-many.js';
import { readCheckOptions } from '../check-options.js';
import type { Choose } from '../command.js';
import { describeDryRun } from '../dry-run.js';
import { EXIT, worstVerdict } from '../exit-codes.js';
import { declareOptions } from '../options.js';
import { openOutput } from '../output.js';
import { createProgress } from '../progress.js';
import { readSettings } from '../settings.js';
import { catchSignals } from '../signals.js';
import { writeReports } from '../write-reports.js';

interface Arguments {
  readonly [name: string]: unknown;
  readonly _: readonly (string | number)[];
  readonly targets?: readonly string[];
}

/** `sallyport check`: public addresses, seen from outside. */
export function checkCommand(choose: Choose): CommandModule {
  return {
    command: 'check [targets..]',
    describe: 'Check public addresses from outside',
    builder: (yargs) =>
      yargs
        .positional('targets', { type: 'string', array: true, describe: 'Addresses, networks, ranges or host names' })
        .options(declareOptions('check'))
        .example('$0 check 203.0.113.7', 'Is anything of the phone system reachable?')
        .example('$0 check 203.0.113.7 --profile sip-trunk', 'The same, where the SIP provider may come in')
        .epilogue(
          'Options also come from a file (--config) and from the environment, as SALLYPORT_FAIL_ON for --fail-on.\n' +
            'Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive',
        ),
    handler: (args) => choose(() => runCheckCommand(args)),
  };
}

async function runCheckCommand(args: Arguments): Promise<number> {
  const settings = await readSettings('check', args);
  // What follows "--" comes after the command's own name.
  const targets = [...(args.targets ?? []), ...args._.slice(1).map(String)];
  const prepared = await prepareCheck(await readCheckOptions(targets, settings));
  if (prepared.total === 0) throw new InputError('there is no target to check');
  if (settings['dry-run']) {
    process.stdout.write(describeDryRun(prepared));
    return EXIT.compliant;
  }
  if (prepared.total !== 1) tuneForMany();
  const output = await openOutput(settings.output);
  const progress = await createProgress({
    total: prepared.total,
    quiet: settings.quiet ?? false,
    reportsShown: !output.toFile && process.stdout.isTTY,
  });
  const ending = catchSignals(() => process.stdin.destroy());
  try {
    const reports = runCheck(prepared, { signal: ending.signal, onProgress: (state) => progress.update(state) });
    const verdict = await writeReports(reports, {
      settings,
      output,
      single: prepared.total === 1,
      signal: ending.signal,
    });
    if (ending.signal.aborted) return EXIT[worstVerdict(verdict ?? 'inconclusive', 'inconclusive')];
    if (verdict === null) throw new InputError('there is no target to check');
    return EXIT[verdict];
  } finally {
    progress.stop();
    ending.release();
    await output.close();
  }
}
