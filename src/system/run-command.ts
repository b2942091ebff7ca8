import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';

/** More than a host's own tables have. A router's whole internet table is longer; its default route comes first. */
const MAX_PROC_BYTES = 1 << 20;

/** What a command of the system's said. */
export type CommandResult =
  | { readonly kind: 'ran'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** No such program here. */
  | { readonly kind: 'missing' }
  /** It could not be run, did not end, or said too much. */
  | { readonly kind: 'failed'; readonly problem: string };

/** What a command is given besides its arguments. */
export interface CommandLimits {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 5_000;

const MAX_BYTES = 8 << 20;

/** Windows' own directory. The environment is not asked: anyone who may change that could have another program run. */
export const WINDOWS = 'C:\\Windows';

/**
 * Runs a program by its absolute path with fixed arguments, without a shell and in the system's plain language.
 * Bounded in time and output. Never rejects.
 * @param env all that it is given of an environment
 */
export function runCommand(
  file: string,
  args: readonly string[],
  { timeoutMs = TIMEOUT_MS, env = { LC_ALL: 'C', SystemRoot: WINDOWS } }: CommandLimits = {},
): Promise<CommandResult> {
  const options = {
    encoding: 'latin1',
    env,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_BYTES,
    timeout: timeoutMs,
    windowsHide: true,
  } as const;
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (!error) return resolve({ kind: 'ran', code: 0, stdout, stderr });
      if (error.code === 'ENOENT') return resolve({ kind: 'missing' });
      if (typeof error.code === 'number') return resolve({ kind: 'ran', code: error.code, stdout, stderr });
      const why = error.killed ? 'it did not end in time' : (error.code ?? 'it was stopped');
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

/**
 * Reads the beginning of a file of the Linux kernel's.
 * @throws the system's error: ENOENT, EACCES …
 */
export async function readProc(file: `/proc/${string}`): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(MAX_PROC_BYTES);
    let length = 0;
    // The kernel gives a page at a time, and nothing at the end.
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.toString('latin1', 0, length);
    }
  } finally {
    await handle.close();
  }
}
