import { EXIT } from './exit-codes.js';

/**
 * Runs the command line and sets the process's exit code. What is heavy is loaded only where it is needed:
 * `--version` answers at once.
 */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    const { VERSION } = await import('../version.js');
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of our output went away, as `head` does: there is nobody left to tell.
    process.exit(error.code === 'EPIPE' ? EXIT.compliant : EXIT.failure);
  });
  const { runCli } = await import('./run-cli.js');
  process.exitCode = await runCli(argv);
}
