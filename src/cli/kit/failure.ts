import type { Reporter } from '../../reports/reporter.js';
import { describeError, EXIT, tellError } from './ending.js';
import { nameVariable } from './option.js';

/**
 * Tells an error, and gives the exit code for it. Where a format was asked for whose readers have a way of their own to
 * hear of errors, they get it on standard output.
 */
export async function endFailed(error: unknown, format: unknown): Promise<number> {
  tellError(error);
  if (typeof format !== 'string') return EXIT.failure;
  // Only now: a command that reports nothing starts without them.
  const { REPORTERS } = await import('../../reports/registry.js');
  const reporter: Reporter | undefined = Object.entries(REPORTERS).find(([id]) => id === format)?.[1];
  const failed = reporter?.fail?.(describeError(error));
  if (!failed) return EXIT.failure;
  process.stdout.write(failed.text);
  return failed.exitCode;
}

/** The format that was asked for, as far as it can be seen before arguments are parsed, which may be what fails. */
export function findFormat(argv: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const given = flags.flatMap((flag, index) => {
    if (flag === '--format') return flags[index + 1] ?? [];
    return flag.startsWith('--format=') ? flag.slice('--format='.length) : [];
  });
  return given.at(-1) ?? env[nameVariable('format')];
}
