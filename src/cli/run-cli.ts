import yargs from 'yargs';
import { InputError } from '../files/text/input-error.js';
import { VERSION } from '../version.js';
import { normaliseArguments } from './arguments.js';
import type { Command } from './command.js';
import { alertCommand } from './commands/alert.js';
import { checkCommand } from './commands/check.js';
import { checklistCommand } from './commands/checklist.js';
import { clientsCommand } from './commands/clients.js';
import { credentialCommand } from './commands/credential.js';
import { diffCommand } from './commands/diff.js';
import { historyCommand } from './commands/history.js';
import { inventoryCommand } from './commands/inventory.js';
import { judgeCommand } from './commands/judge.js';
import { lanCommand } from './commands/lan.js';
import { preinstallCommand } from './commands/preinstall.js';
import { profileCommand } from './commands/profile.js';
import { storeCommand } from './commands/store.js';
import { vantageCommand } from './commands/vantage.js';
import { waiveCommand, waiversCommand } from './commands/waive.js';
import { sweepCommand } from './commands/sweep.js';
import { watchCommand } from './commands/watch.js';
import { EXIT } from './exit-codes.js';
import { tellError } from './tell-error.js';
import { describeUsageError } from './usage-error.js';

/** Parses the arguments, runs the command and returns its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let chosen: Command | null = null;
  const choose = (command: Command): void => {
    chosen = command;
  };
  try {
    const args = normaliseArguments(argv);
    const parser = yargs(args);
    keepHelpUnrendered(parser);
    await parser
      .scriptName('sallyport')
      .locale('en')
      .parserConfiguration({ 'greedy-arrays': false, 'dot-notation': false, 'parse-positional-numbers': false })
      .usage("$0: checks what a customer's router exposes of an NEC SL1100/SL2100 phone system")
      .version(VERSION)
      .alias('version', 'V')
      .alias('help', 'h')
      .command(checkCommand(choose))
      .command(clientsCommand(choose))
      .command(historyCommand(choose))
      .command(diffCommand(choose))
      .command(judgeCommand(choose))
      .command(waiveCommand(choose))
      .command(waiversCommand(choose))
      .command(checklistCommand(choose))
      .command(profileCommand(choose))
      .command(inventoryCommand(choose))
      .command(sweepCommand(choose))
      .command(watchCommand(choose))
      .command(lanCommand(choose))
      .command(preinstallCommand(choose))
      .command(storeCommand(choose))
      .command(alertCommand(choose))
      .command(credentialCommand(choose))
      .command(vantageCommand(choose))
      .completion('completion', 'Print a completion script for bash or zsh')
      .demandCommand(1, 'name a command, for example: sallyport check 203.0.113.7')
      .strict()
      .wrap(Math.min(100, process.stdout.columns || 80))
      .exitProcess(false)
      .epilogue('Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive')
      .fail((message, error) => {
        // yargs' own errors come with and without an error object.
        const usage = !error || error.name === 'YError';
        throw usage ? new InputError(describeUsageError(message || error.message, args)) : error;
      })
      .parseAsync();
    return (await (chosen as Command | null)?.()) ?? EXIT.compliant;
  } catch (error) {
    tellError(error);
    return EXIT.failure;
  }
}

/** After every command yargs renders its help text, 30 ms of work, for a way of parsing that is not used here. */
function keepHelpUnrendered(parser: object): void {
  const internal = parser as { getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } } };
  internal.getInternalMethods().getUsageInstance().cacheHelpMessage = () => {};
}
