import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';

const CLI = join(process.cwd(), 'bin/sallyport.js');

/** A process of sallyport that goes on until it is ended. */
export interface Running {
  readonly pid: number;
  /** What it wrote to standard error so far. */
  readonly lines: () => string;
  /** Sends a signal, and waits for the end where it is one that ends. */
  signal(name: NodeJS.Signals): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Starts sallyport, in a namespace or in that of the test. */
export function startSallyport(args: readonly string[], namespace: string | null = null): Running {
  const inside = namespace === null ? [] : ['ip', 'netns', 'exec', namespace];
  const [file = '', ...rest] = [...inside, process.execPath, CLI, ...args];
  const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    pid: child.pid!,
    ended,
    lines: () => text,
    signal: async (name) => {
      child.kill(name);
      if (['SIGKILL', 'SIGTERM'].includes(name)) await ended;
    },
  };
}

/** A relay of a server's Unix socket that can be cut like a cable: nothing passes, and no one is told. */
export async function startRelay(from: string, directory: string, name: string) {
  let cut = false;
  mkdirSync(directory, { recursive: true });
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(from);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (bytes) => void (cut || other.write(bytes)));
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(join(directory, name), resolve));
  return {
    cut: () => void (cut = true),
    mend: () => {
      cut = false;
      // What was lost on the way is lost: these connections can only end.
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Waits until something is so; fails after a time. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(200)) if (await isSo()) return;
  throw new Error(`not so after ${ms} ms: ${what}`);
}
