import { execFile } from 'node:child_process';

/** What a command of the system's said. */
export type CommandResult =
  | { readonly kind: 'ran'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** No such program here. */
  | { readonly kind: 'missing' }
  /** It could not be run, did not end, or said too much. */
  | { readonly kind: 'failed'; readonly problem: string };

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 8 << 20;

/** Windows' own directory. The environment is not asked: whoever may change that could have another program run. */
export const WINDOWS = 'C:\\Windows';

/**
 * Runs a program by its absolute path with fixed arguments, without a shell and in the system's plain language.
 * Bounded in time and output. Never rejects.
 */
export function runCommand(file: string, args: readonly string[]): Promise<CommandResult> {
  const options = {
    encoding: 'latin1',
    env: { LC_ALL: 'C', SystemRoot: WINDOWS },
    killSignal: 'SIGKILL',
    maxBuffer: MAX_BYTES,
    timeout: TIMEOUT_MS,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) return resolve({ kind: 'ran', code: 0, stdout, stderr });
      if (error.code === 'ENOENT') return resolve({ kind: 'missing' });
      if (typeof error.code === 'number') return resolve({ kind: 'ran', code: error.code, stdout, stderr });
      const why = error.killed ? 'it did not end in time' : (error.code ?? 'it was ended');
      resolve({ kind: 'failed', problem: `${file} could not be run: ${why}` });
    });
  });
}

/** Runs the first of several places of a program at which there is one. */
export async function runFirst(files: readonly string[], args: readonly string[]): Promise<CommandResult> {
  for (const file of files) {
    const result = await runCommand(file, args);
    if (result.kind !== 'missing') return result;
  }
  return { kind: 'missing' };
}
