import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import process from 'node:process';

const PROCESS = join(process.cwd(), 'test/lab/clock-process.js');

/** By how much the time passes at once, ms: twice as much as coordinators leave between two looks at the clock. */
const STEP_MS = 10_000;

/** A coordinator in a process of its own, by a clock that is set here. */
export interface ClockedCoordinator {
  /** All that it said. */
  readonly lines: readonly string[];
  /** Has it stop or kill itself at a call of the store, such as `stop before beginRun`. */
  trap(what: string): void;
  signal(name: NodeJS.Signals): Promise<void>;
  readonly ended: Promise<number | null>;
}

interface Known extends ClockedCoordinator {
  readonly later: () => void;
  /** The time until which it has done all that there is to do. */
  idleAt: number;
  /** It is stopped, so that no one waits for it. */
  stopped: boolean;
  gone: boolean;
}

/** A clock that goes on only when told to, and the coordinators that go by it. */
export class SetClock {
  readonly #file: string;
  readonly #known: Known[] = [];
  #now: number;
  #onChange = (): void => {};

  constructor(directory: string, start: string) {
    this.#file = join(directory, 'clock');
    this.#now = Date.parse(start);
    this.#write();
  }

  get coordinators(): readonly ClockedCoordinator[] {
    return this.#known;
  }

  /** Starts a coordinator, and waits until it has nothing more to do. */
  async start(url: string, inventory: string): Promise<ClockedCoordinator> {
    const child = spawn(process.execPath, [PROCESS, url, inventory, this.#file], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdin.on('error', () => {});
    const known: Known = {
      ...{ lines, ended, idleAt: -Infinity, stopped: false, gone: false },
      later: () => child.stdin.write('later\n'),
      trap: (what) => child.stdin.write(`${what}\n`),
      signal: async (name) => {
        if (name === 'SIGSTOP') known.stopped = true;
        if (name === 'SIGCONT') [known.stopped, known.idleAt] = [false, -Infinity];
        child.kill(name);
        if (['SIGKILL', 'SIGTERM'].includes(name)) await ended;
      },
    };
    void ended.then(() => {
      known.gone = true;
      this.#onChange();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('idle ')) known.idleAt = Number(line.slice('idle '.length));
      else lines.push(`${new Date(this.#now).toISOString()} ${line}`);
      if (line.startsWith('trapped: stop')) known.stopped = true;
      this.#onChange();
    });
    this.#known.push(known);
    await this.settle();
    return known;
  }

  /** Lets the time pass until then, and waits at each step until all is done that follows from it. */
  async passUntil(end: string): Promise<void> {
    while (this.#now < Date.parse(end)) {
      this.goOn();
      await this.settle();
    }
  }

  /** Lets some time pass, and waits for nothing. */
  goOn(): void {
    this.#now += STEP_MS;
    this.#write();
    for (const one of this.#known) if (!one.stopped && !one.gone) one.later();
  }

  /** Waits until no coordinator has anything to do, but those that are stopped. */
  async settle(): Promise<void> {
    await this.until('all have done what there was to do', () =>
      this.#known.every(({ idleAt, stopped, gone }) => idleAt >= this.#now || stopped || gone),
    );
  }

  /** Waits until something is so of what coordinators said. */
  async until(what: string, isSo: () => boolean, ms = 20_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not so after ${ms} ms: ${what}\n${this.tell()}`)), ms);
      this.#onChange = () => {
        if (!isSo()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onChange();
    });
  }

  /** What all said. */
  tell(): string {
    return this.#known.map(({ lines }, index) => `coordinator ${index}:\n${lines.join('\n')}`).join('\n');
  }

  async end(): Promise<void> {
    for (const one of this.#known) if (!one.gone) await one.signal('SIGKILL');
  }

  #write(): void {
    writeFileSync(`${this.#file}.new`, String(this.#now));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
