import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import { declareOptions } from '../options.js';

/** `sallyport lan`: a network from inside. */
export function lanCommand(choose: Choose): CommandModule {
  return {
    command: 'lan',
    describe: "Look at a customer's network from inside: gateways and port mappings",
    builder: (yargs) =>
      yargs
        .options(declareOptions('lan'))
        .example('$0 lan', 'What do the default gateway and its UPnP let in?')
        .example('$0 lan --pbx 192.168.1.10', 'The same, and what the phone system offers on the LAN')
        .epilogue(
          'Options also come from a file (--config) and from the environment, as SALLYPORT_PBX for --pbx.\n' +
            'Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive',
        ),
    handler: (args) => choose(async () => (await import('../run-lan.js')).runLanFromOptions(args)),
  };
}
