import yargs, { type Argv } from 'yargs';
import { loadConfig } from '../inputs/config.js';
import { InputError } from '../inputs/input-error.js';
import { VERSION } from '../version.js';
import { CHECK_OPTIONS } from './check-options.js';
import { checkCommand } from './commands/check.js';
import { profileCommand } from './commands/profile.js';
import { EXIT } from './exit-codes.js';

/** Parses the arguments, runs the command and returns its exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.compliant;
  const finish = (code: number): void => {
    exitCode = code;
  };
  try {
    const args = argv.map((arg) => (arg === '-iL' ? '--input-list' : arg));
    const cli = yargs(args)
      .scriptName('sallyport')
      .usage("$0: checks what a customer's router exposes of an NEC SL1100/SL2100 phone system")
      .version(VERSION)
      .alias('version', 'V')
      .alias('help', 'h')
      .env('SALLYPORT')
      .command(checkCommand(finish))
      .command(profileCommand(finish))
      .completion('completion', 'Print a completion script for bash or zsh')
      .demandCommand(1, 'Name a command, for example: sallyport check 203.0.113.7')
      .recommendCommands()
      .strict()
      .wrap(Math.min(100, process.stdout.columns || 80))
      .exitProcess(false)
      .epilogue('Exit codes: 0 compliant, 1 violation, 2 usage or internal error, 3 inconclusive')
      .fail((message, error) => {
        throw (error as Error | undefined) ?? new InputError(message);
      });
    await (await readConfig(cli, args)).parseAsync();
  } catch (error) {
    return fail(error);
  }
  return exitCode;
}

/** Options from `--config` or SALLYPORT_CONFIG rank below the environment, and that below flags. */
async function readConfig<T>(cli: Argv<T>, args: readonly string[]): Promise<Argv<T>> {
  const { config } = await yargs([...args])
    .env('SALLYPORT')
    .help(false)
    .version(false)
    .option('config', { type: 'string' })
    .parseAsync();
  return config === undefined ? cli : cli.config(await loadConfig(config, Object.keys(CHECK_OPTIONS)));
}

function fail(error: unknown): number {
  const known = error instanceof InputError;
  const text = known ? error.message : `internal error: ${error instanceof Error ? error.stack : String(error)}`;
  for (const line of text.split('\n')) process.stderr.write(`sallyport: ${line}\n`);
  return EXIT.failure;
}
