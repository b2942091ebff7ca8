import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, jest } from '@jest/globals';
import { runCli } from '../../src/cli/run-cli.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));

/** A run that hangs must not outlive its test. */
const LONGEST_MS = 19_000;

/** How a run of the command line ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Given on standard input, which then ends; without it, standard input is empty. */
  readonly input?: string;
  /** Besides PATH, which is all that there is else. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Called with the running process; standard input then stays open. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `sallyport` with the built dist as a user would, off a terminal. */
export function sallyport(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { input = '', env = {}, cwd, onStart } = options;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  if (onStart) onStart(child);
  else child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * Runs the command line in this process, which is quicker; not for tests that run side by side. The environment is
 * that of the tests, without SALLYPORT_ variables.
 */
export async function runHere(args: readonly string[]): Promise<Ran> {
  for (const name of Object.keys(process.env)) if (name.startsWith('SALLYPORT_')) delete process.env[name];
  const stdout = capture('stdout');
  const stderr = capture('stderr');
  try {
    return { code: await runCli(args), stdout: stdout.text.join(''), stderr: stderr.text.join('') };
  } finally {
    stdout.spy.mockRestore();
    stderr.spy.mockRestore();
  }
}

function capture(name: 'stdout' | 'stderr') {
  const text: string[] = [];
  const spy = jest.spyOn(process[name], 'write').mockImplementation((chunk, ...rest: unknown[]) => {
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return text.push(String(chunk)) > 0;
  });
  return { text, spy };
}

/** Splits a command as a shell does without quotes. */
export function words(command: string): string[] {
  return command.split(' ').filter((word) => word !== '');
}

/** A directory of the test file's own, and a way to write files into it. */
export function createFiles(): { readonly directory: string; write(name: string, text: string): string } {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  return {
    directory,
    write(name, text) {
      const file = join(directory, name);
      writeFileSync(file, text);
      return file;
    },
  };
}
