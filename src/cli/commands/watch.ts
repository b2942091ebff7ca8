import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import { declareOptions } from '../options.js';

/** `sallyport watch`: sweeps on the schedules of an inventory, as a service. */
export function watchCommand(choose: Choose): CommandModule {
  return {
    command: 'watch',
    describe: 'Sweep the clients of an inventory on their schedules, until it is stopped',
    builder: (yargs) =>
      yargs
        .options(declareOptions('watch'))
        .example('$0 watch --inventory clients.yaml --alerts alerts.yaml', 'In the foreground, as a service does')
        .epilogue(
          'SIGTERM and Ctrl-C stop it in good order; exit code 0. See docs/watch.md for systemd and containers.',
        ),
    handler: (args) => choose(async () => (await import('../run-watch.js')).runWatchFromOptions(args)),
  };
}
