import { spawn, type ChildProcess } from 'node:child_process';
import { Console } from 'node:console';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { afterAll } from '@jest/globals';
import { runCli } from '../../src/cli/run-cli.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));

/** A run that hangs must not outlive its test. */
const LONGEST_MS = 59_000;

/** How a run of the command line ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HereOptions {
  /** Given on standard input, which then ends; without it, standard input is empty. */
  readonly input?: string;
  /** Besides PATH, which is all that there is else. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** How a command runs in this process. */
export interface OwnOptions extends HereOptions {
  /** Its output appears on a terminal. */
  readonly onScreen?: boolean;
}

export interface RunOptions extends HereOptions {
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
 * Runs the command line in this process, which is quicker: a process starts for a fifth of a second. Not for tests that
 * run side by side. As in a process of its own, no stream is a terminal if not asked for, and PATH and `env` are all of the environment.
 */
export async function runHere(
  args: readonly string[],
  { input = '', env = {}, cwd = process.cwd(), onScreen = false }: OwnOptions = {},
): Promise<Ran> {
  const stdout = collect();
  if (onScreen) Object.assign(stdout.stream, { isTTY: true, columns: 80, hasColors: () => false });
  const stderr = collect();
  const restore = [
    replace(process, 'env', { PATH: process.env['PATH'], ...env }),
    replace(process, 'stdin', Readable.from([Buffer.from(input)])),
    replace(process, 'stdout', stdout.stream),
    replace(process, 'stderr', stderr.stream),
    replace(globalThis, 'console', new Console(stdout.stream, stderr.stream)),
  ];
  const back = process.cwd();
  process.chdir(cwd);
  try {
    return { code: await runCli(args), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(back);
    for (const undo of restore) undo();
    // What `tuneForMany` sets in this process would slow down every test after this one.
    setFlagsFromString('--heap-growing-percent=0');
    setFlagsFromString('--semi-space-growth-factor=2');
  }
}

function collect() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

function replace<T extends object>(place: T, name: keyof T, value: unknown) {
  const before = Object.getOwnPropertyDescriptor(place, name)!;
  Object.defineProperty(place, name, { value, configurable: true });
  return () => void Object.defineProperty(place, name, before);
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
