import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import { declareOptions } from '../options.js';

/** `sallyport preinstall`: a site from inside and outside at once, before the phone system goes in. */
export function preinstallCommand(choose: Choose): CommandModule {
  return {
    command: 'preinstall',
    describe: 'Verify a site from inside and outside before the phone system goes in',
    builder: (yargs) =>
      yargs
        .options(declareOptions('preinstall'))
        .example(
          '$0 preinstall --vantage https://vantage.example.com --token-file token --stand-in --pbx-address 192.168.1.10',
          'Is this router fit for the phone system? Proved by a stand-in at its address',
        )
        .example('$0 preinstall … --again', 'After a change on the router: what is better now?')
        .epilogue(
          'Options also come from a file (--config) and from the environment, as SALLYPORT_TOKEN_FILE for --token-file.\n' +
            'Exit codes: 0 fit, 1 not fit, 2 usage or internal error, 3 could not be verified',
        ),
    handler: (args) => choose(async () => (await import('../run-preinstall.js')).runPreinstallFromOptions(args)),
  };
}
