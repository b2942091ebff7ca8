import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import { declareOptions } from '../options.js';

/** `sallyport sweep`: every client of an inventory, with history, changes and alerts. */
export function sweepCommand(choose: Choose): CommandModule {
  return {
    command: 'sweep',
    describe: 'Check all clients of an inventory, and tell what changed',
    builder: (yargs) =>
      yargs
        .options(declareOptions('sweep'))
        .example('$0 sweep --inventory clients.csv', 'All clients that gave an authorisation')
        .example('$0 sweep --inventory clients.csv --resume', 'Go on where a sweep was cut off')
        .epilogue(
          'Options also come from a file (--config) and from the environment, as SALLYPORT_FAIL_ON for --fail-on.\n' +
            'Exit codes: 0 all compliant, 1 a violation, 2 usage or internal error, 3 inconclusive or not all probed',
        ),
    handler: (args) => choose(async () => (await import('../run-sweep.js')).runSweepFromOptions(args)),
  };
}
