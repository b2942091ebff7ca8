import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every namespace of this run is called so; run.sh removes what a broken test left behind. */
const PREFIX = process.env.LAB_NAMESPACES ?? `sallyport${process.pid}`;
let made = 0;

/** How a command ended; `code` is null where a signal ended it. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A server that runs in a namespace until it is stopped. */
export interface Server {
  readonly pid: number;
  stop(): Promise<void>;
}

/** A network namespace of our own. */
export interface Namespace {
  readonly name: string;
  /** Runs a command to its end, with `input` on stdin. `onStart` gets the process, to send it a signal. */
  run(command: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Starts a server and waits (10 s at most) until it listens on all of `ports`, such as `udp/5060`. */
  start(command: readonly string[], ports: readonly string[]): Promise<Server>;
  /** Ends everything that was started here and removes the namespace. */
  remove(): Promise<void>;
}

/** What `run` can be given. */
export interface RunOptions {
  readonly input?: string;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Makes a namespace with the loopback interface up. */
export async function makeNamespace(role: string): Promise<Namespace> {
  const name = `${PREFIX}-${process.pid}-${role}${(made += 1)}-${Math.random().toString(36).slice(2, 6)}`;
  await must(['ip', 'netns', 'add', name]);
  await must(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
  return enterNamespace(name);
}

/** A namespace that exists already. */
export function enterNamespace(name: string): Namespace {
  const inside = ['ip', 'netns', 'exec', name];
  const servers: Server[] = [];
  return {
    name,
    run: (command, options) => execute([...inside, ...command], options),
    start: async (command, ports) => {
      const server = await startServer([...inside, ...command], ports);
      servers.push(server);
      return server;
    },
    remove: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      for (const pid of (await must(['ip', 'netns', 'pids', name])).split('\n')) if (pid) process.kill(+pid, 'SIGKILL');
      await must(['ip', 'netns', 'del', name]);
    },
  };
}

/** Runs a command that has to succeed. */
export async function must(command: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await execute(command, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}\n${stderr}${stdout}`);
  return stdout;
}

/** Runs a command to its end. */
export function execute(command: readonly string[], { input = '', onStart }: RunOptions = {}): Promise<Outcome> {
  const started = performance.now();
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(input);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - started }));
  });
}

async function startServer(command: readonly string[], ports: readonly string[]): Promise<Server> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} does not start`);
  let said = '';
  const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const gone = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(late);
  };
  for (let waited = 0; !(await listens(pid, ports)); waited += 50) {
    if (child.exitCode !== null || waited > 10_000) {
      await stop();
      throw new Error(`${command.join(' ')} does not listen on ${ports.join(', ')}\n${said}`);
    }
    await sleep(50);
  }
  return { pid, stop };
}

/** Whether in the namespace of process `pid` somebody listens on all of `ports`. */
async function listens(pid: number, ports: readonly string[]): Promise<boolean> {
  const bound = new Set<string>();
  for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
    const text = await readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '');
    for (const [, port = '', state = ''] of text.matchAll(/^ *\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ ([0-9A-F]{2})/gm)) {
      if (state === '0A' || state === '07') bound.add(`${table.slice(0, 3)}/${parseInt(port, 16)}`);
    }
  }
  return ports.every((port) => bound.has(port));
}
