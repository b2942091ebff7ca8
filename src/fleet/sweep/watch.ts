import { setTimeout as wait } from 'node:timers/promises';
import { parseSchedule } from '../../files/clients/schedule.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import { deliverMessages, type DeliveryResult } from '../alerts/deliver.js';
import type { Store } from '../store/store.js';
import { beginSweep, resumeSweep, runSweep, type SweepEnd, type SweepOptions, type SweepResult } from './sweep.js';
import { tellOperator } from './tell-operator.js';
import { renderCount } from '../../words/sentence.js';
import type { Client } from '../../model/client.js';

/** What the files say: loaded again whenever they change. */
export interface WatchedFiles {
  /** Absolute path of the inventory. */
  readonly inventory: string;
  readonly clients: Iterable<Client> | AsyncIterable<Client>;
  readonly alerts: AlertConfig | null;
}

/** What a watch tells as it goes, one line each, and its results. */
export interface WatchView {
  note(line: string): void;
  result(sweepId: number, result: SweepResult): void;
  delivery(result: DeliveryResult): void;
  /** All is well: nothing failed since the last sweep began. */
  alive(): void;
}

/** How a watch is run. */
export interface WatchOptions {
  readonly store: Store;
  readonly figures: Omit<SweepOptions, 'store' | 'inventory' | 'clients' | 'alerts'>;
  /** Loads the files; called again after `changed` said so. */
  readonly load: () => Promise<WatchedFiles>;
  /** Whether the files changed since they were loaded. */
  readonly changed: () => Promise<boolean>;
  /** A sweep begins up to so much after its time, at random, ms. */
  readonly jitterMs: number;
  readonly view: WatchView;
  readonly signal: AbortSignal;
  /** How often the files, the clock and the outbox are looked at, ms. */
  readonly tickMs?: number | undefined;
}

const TICK_MS = 5_000;

/**
 * Sweeps each schedule of an inventory when it is due, one after another, until it is told to stop; delivers alerts all
 * the while. An unfinished sweep goes on first; times that were missed are caught up with once. Files that changed are
 * loaded again; where they are invalid, what was loaded before stays in force. Trouble of our own goes to the operator.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const watcher = new Watcher(options, await options.load());
  await watcher.run();
}

class Watcher {
  #schedules: readonly Schedule[] = [];
  readonly #due = new Map<string, Date>();
  #healthy = true;
  #delivering = false;

  constructor(
    private readonly options: WatchOptions,
    private files: WatchedFiles,
  ) {}

  async run(): Promise<void> {
    const { signal, view, tickMs = TICK_MS } = this.options;
    await this.#plan();
    const timer = setInterval(() => void this.#tick(), tickMs);
    try {
      if (await this.options.store.findUnfinished(this.files.inventory)) await this.#sweep(null);
      while (!signal.aborted) {
        await this.#reload();
        const next = this.#schedules.find(({ key }) => (this.#due.get(key)?.getTime() ?? Infinity) <= Date.now());
        if (next) await this.#sweep(next);
        else await wait(tickMs, undefined, { signal }).catch(() => {});
      }
      view.note('stopped');
    } finally {
      clearInterval(timer);
    }
  }

  async #tick(): Promise<void> {
    const { store, signal, view } = this.options;
    if (this.#healthy) view.alive();
    const { alerts } = this.files;
    if (!alerts || this.#delivering) return;
    this.#delivering = true;
    try {
      const now = (): Date => new Date();
      await deliverMessages(store, alerts, { signal, now, onResult: (result) => view.delivery(result) });
    } catch (error) {
      this.#healthy = false;
      view.note(`alerts cannot be delivered: ${(error as Error).message}`);
    } finally {
      this.#delivering = false;
    }
  }

  async #plan(): Promise<void> {
    this.#schedules = await listSchedules(this.files.clients);
    this.#due.clear();
    for (const schedule of this.#schedules) this.#appoint(schedule, await this.options.store.lastRun(schedule.key));
    const clients = this.#schedules.reduce((sum, schedule) => sum + schedule.clients, 0);
    this.options.view.note(
      `${renderCount(clients, 'client')} on ${renderCount(this.#schedules.length, 'schedule')}; ${this.#describeNext()}`,
    );
  }

  #describeNext(): string {
    const times = [...this.#due.values()].map((due) => due.getTime());
    return times.length === 0 ? 'none will be due' : `the next is due at ${new Date(Math.min(...times)).toISOString()}`;
  }

  #appoint(schedule: Schedule, lastRun: Date | null): void {
    const due = findDue(schedule, lastRun, new Date());
    const jitter = Math.random() * this.options.jitterMs;
    if (due) this.#due.set(schedule.key, new Date(due.getTime() + jitter));
    else this.#due.delete(schedule.key);
  }

  async #reload(): Promise<void> {
    if (!(await this.options.changed())) return;
    try {
      this.files = await this.options.load();
      this.options.view.note('the files changed and were loaded again');
      await this.#plan();
    } catch (error) {
      await this.#tellOperator('The changed files are not valid; the old ones stay in use', (error as Error).message);
    }
  }

  /** Sweeps one schedule, or goes on with what is unfinished. */
  async #sweep(schedule: Schedule | null): Promise<void> {
    const { store, figures, signal, view } = this.options;
    const startedAt = new Date();
    try {
      const onTrouble = (trouble: string): void => view.note(trouble);
      const options = { ...figures, ...this.files, store, signal, onTrouble };
      const prepared = schedule
        ? await beginSweep({
            ...options,
            clients: filterClients(this.files.clients, schedule.key),
            filter: { schedule: schedule.key },
          })
        : await resumeSweep(options);
      if (!prepared) return;
      if (schedule) await store.noteRun(schedule.key, startedAt);
      const { id, remaining } = prepared.sweep;
      view.note(`sweep ${id} ${prepared.resumed ? 'goes on' : 'begins'}: ${renderCount(remaining, 'client')}`);
      let end: SweepEnd = { state: 'interrupted', blind: 0, held: 0, failed: [] };
      const sweep = runSweep(prepared, options, (ended) => (end = ended));
      let changes = 0;
      for await (const result of sweep) {
        changes += result.changes.length;
        view.result(id, result);
      }
      const { state, blind, held, failed } = end;
      this.#healthy = blind + held + failed.length === 0;
      for (const { client, reason } of failed) view.note(`${client.id} could not be checked: ${reason}`);
      view.note(
        `sweep ${id} ${state}, ${renderCount(changes, 'change')}${blind + held > 0 ? `, ${blind + held} checks proved nothing` : ''}`,
      );
    } catch (error) {
      this.#healthy = false;
      if (schedule) await store.noteRun(schedule.key, startedAt).catch(() => {});
      await this.#tellOperator('A sweep failed', (error as Error).message);
    }
    // Times that passed while it ran are not caught up with, nor is it begun again at once if that cannot be stored.
    if (schedule) {
      const endedAt = new Date();
      await store.noteRun(schedule.key, endedAt).catch(() => {});
      this.#appoint(schedule, endedAt);
    }
  }

  async #tellOperator(title: string, detail: string): Promise<void> {
    const { store, view } = this.options;
    view.note(`${title}: ${detail}`);
    const { alerts } = this.files;
    if (!alerts) return;
    try {
      await tellOperator(store, alerts, { key: `operator/${new Date().toISOString()}`, title, detail });
    } catch (error) {
      view.note(`the operator could not be alerted: ${(error as Error).message}`);
    }
  }
}

async function* filterClients(clients: WatchedFiles['clients'], key: string): AsyncGenerator<Client> {
  for await (const client of clients) if (scheduleKey(client) === key) yield client;
}

/** Clients that are swept together: those of one group that share a schedule. */
export interface Schedule {
  /** Same from run to run: what its last run is remembered by. */
  readonly key: string;
  readonly group: string | null;
  /** Cron expression. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly clients: number;
}

/** The key of a client's schedule; null if it has none. */
function scheduleKey({ group, schedule, timeZone }: Client): string | null {
  return schedule === null ? null : JSON.stringify([group, schedule, timeZone]);
}

/** Lists the schedules of an inventory. */
export async function listSchedules(clients: Iterable<Client> | AsyncIterable<Client>): Promise<Schedule[]> {
  const schedules = new Map<string, Schedule>();
  for await (const client of clients) {
    const key = scheduleKey(client);
    if (key === null || client.paused) continue;
    const { group, schedule, timeZone } = client;
    const count = schedules.get(key)?.clients ?? 0;
    schedules.set(key, { key, group, cron: schedule!, timeZone, clients: count + 1 });
  }
  return [...schedules.values()];
}

/**
 * When a schedule is due: at its first time after the last run, which may have been missed while nothing ran, and is
 * then caught up with once; after `now` where it never ran. Null if it never comes again.
 */
export function findDue({ cron, timeZone }: Schedule, lastRun: Date | null, now: Date): Date | null {
  return parseSchedule(cron, timeZone).nextRun(lastRun ?? now);
}
