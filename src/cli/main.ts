import { EXIT } from './exit-codes.js';

/**
 * Runs the command line and sets the process's exit code. What is heavy is loaded only where it is needed:
 * `--version` answers at once.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithoutOutput);
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { VERSION } = await import('../version.js');
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  let tell = (error: unknown): void => void process.stderr.write(`sallyport: ${String(error)}\n`);
  // The default exit code of a crash is 1, which would read as a violation. Rejections come here too.
  process.on('uncaughtException', (error) => {
    tell(error);
    process.exit(EXIT.failure);
  });
  tell = (await import('./tell-error.js')).tellError;
  const { runCli } = await import('./run-cli.js');
  process.exitCode = await runCli(argv);
}

/**
 * Ends where standard output takes no more. A reader that went away, as `head` does, has what it wanted, but the rest
 * was not looked at: inconclusive.
 */
function endWithoutOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.inconclusive);
  process.stderr.write(`sallyport: standard output can not be written (${error.code})\n`);
  process.exit(EXIT.failure);
}
