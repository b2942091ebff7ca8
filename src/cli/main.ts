import { EXIT } from './kit/ending.js';
import { endFailed, findFormat } from './kit/failure.js';
import { runCli } from './run-cli.js';

/** Runs the command line and sets the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithoutOutput);
  // There is no place left to say so. As an uncaught exception it would be told on the same stream, without end.
  process.stderr.on('error', () => undefined);
  // The default exit code of a crash is 1, which would read as a violation. Rejections come here too.
  process.on('uncaughtException', (error) => {
    void endFailed(error, findFormat(argv, process.env)).then(
      (code) => process.exit(code),
      () => process.exit(EXIT.failure),
    );
  });
  process.exitCode = await runCli(argv);
}

/**
 * Ends if standard output takes no more. A reader that went away, as `head` does, has what it wanted, but the rest was
 * not checked: inconclusive.
 */
function endWithoutOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.inconclusive);
  process.stderr.write(`sallyport: standard output cannot be written (${error.code})\n`);
  process.exit(EXIT.failure);
}
