import { setTimeout as wait } from 'node:timers/promises';
import { deliverMessages, type DeliveryResult } from '../alerts/deliver.js';
import { beginSweep, resumeSweep, runSweep, type SweepEnd } from './sweep.js';
import { NO_EXCLUSION } from '../../files/targets/guard.js';
import { findRefused } from './expand-client.js';
import { tellSiteLooks } from './tell-site-looks.js';
import { BackOff } from './back-off.js';
import { OperatorLine } from './operator-line.js';
import { ReportClock } from './report-clock.js';
import { ScheduleTurn } from './schedule-turn.js';
import { StoreError } from '../store/store-error.js';
import type { WatchOptions } from './watch-options.js';
import type { WatchedFiles } from './watched-files.js';
import { filterClients, findDue, listSchedules, runKey, type Schedule } from './schedules.js';
import { renderCount } from '../../words/sentence.js';

const TICK_MS = 5_000;
/** After how many looks at the clock it is asked whose turn it is. */
const TURN_TICKS = 4;
/** The longest that something that fails is left alone. */
const MOST_REST_MS = 600_000;
/** A clock that steps back by more was wrong before, or is now. */
const CLOCK_STEP_MS = 60_000;

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
  /** There may be an unfinished sweep. */
  #mayGoOn = false;
  /** The sweep of ours that was cut off as the store was away, and may stand as running there. */
  #cutOff: number | null = null;
  #seenAt = Date.now();
  readonly #deliveries: BackOff;
  readonly #sweeps: BackOff;
  readonly #operator: OperatorLine;
  readonly #reports: ReportClock;
  readonly #turn: ScheduleTurn;

  constructor(
    private readonly options: WatchOptions,
    private files: WatchedFiles,
  ) {
    const { tickMs = TICK_MS, view, signal, store, onTurn } = options;
    this.#deliveries = new BackOff(tickMs, MOST_REST_MS);
    this.#sweeps = new BackOff(tickMs, MOST_REST_MS);
    this.#operator = new OperatorLine((line) => view.note(line), signal);
    this.#reports = new ReportClock(store);
    this.#turn = new ScheduleTurn(store, files, TURN_TICKS * tickMs, (line) => view.note(line), onTurn);
  }

  async run(): Promise<void> {
    const { signal, view, tickMs = TICK_MS } = this.options;
    await this.#plan();
    await this.#turn.take();
    await this.#turn.tellOthers();
    const timer = setInterval(() => void this.#tick(), tickMs);
    let ours = false;
    let planned = true;
    try {
      while (!signal.aborted) {
        await this.#reload();
        await this.#checkClock();
        const before = ours;
        ours = await this.#turn.take();
        if (ours && !before) await this.#begin(planned);
        planned = ours;
        const rested = ours && this.#sweeps.restMs === 0;
        if (rested && this.#mayGoOn && (await this.#goOn())) continue;
        const next = rested ? this.#findNext() : undefined;
        if (next) await this.#sweep(next);
        else await wait(tickMs, undefined, { signal }).catch(() => {});
      }
      view.note('stopped');
    } finally {
      clearInterval(timer);
      await this.#turn.leave();
    }
  }

  /** Begins where whoever ran the schedules before left off. */
  async #begin(planned: boolean): Promise<void> {
    this.#mayGoOn = true;
    try {
      if (!planned) await this.#plan();
    } catch (error) {
      await this.#tellOperator('The schedules cannot be planned', (error as Error).message);
    }
  }

  /**
   * Goes on with an unfinished sweep; false if there is none, or if it is not ours to run. While whoever runs it seems to
   * be alive it is looked at again with each look at the clock: who was killed on another machine seems so for a minute.
   */
  async #goOn(): Promise<boolean> {
    const { store } = this.options;
    try {
      if (this.#cutOff !== null) await store.finishSweep(this.#cutOff, 'interrupted', new Date());
      this.#cutOff = null;
      this.#mayGoOn = (await store.findUnfinished(this.files.inventory)) !== null;
    } catch (error) {
      this.#sweeps.noteFailure();
      this.options.view.note((error as Error).message);
      return false;
    }
    return this.#mayGoOn && (await this.#sweep(null));
  }

  #findNext(): Schedule | undefined {
    return this.#schedules.find(({ key }) => (this.#due.get(key)?.getTime() ?? Infinity) <= Date.now());
  }

  async #tick(): Promise<void> {
    const { store, signal, view, draw } = this.options;
    if (this.#healthy) view.alive();
    void this.#turn.take();
    const { alerts } = this.files;
    if (!alerts || this.#delivering || this.#deliveries.restMs > 0) return;
    this.#delivering = true;
    try {
      const now = (): Date => new Date();
      const onResult = (result: DeliveryResult): void => {
        if (result.delivery.outcome !== 'delivered' && result.retryAt === null) this.#healthy = false;
        view.delivery(result);
      };
      await tellSiteLooks(store, alerts, now());
      for (const line of await this.#reports.queueDue({ ...this.files, alerts }, now())) view.note(line);
      await deliverMessages(store.messages, alerts, { signal, now, draw, onResult });
      this.#deliveries.noteSuccess();
    } catch (error) {
      this.#healthy = false;
      this.#deliveries.noteFailure();
      await this.#tellOperator('Alerts cannot be delivered', (error as Error).message);
    } finally {
      this.#delivering = false;
    }
  }

  async #plan(): Promise<void> {
    this.#schedules = await listSchedules(this.files.clients);
    this.#due.clear();
    const ahead: Date[] = [];
    for (const schedule of this.#schedules) {
      const [lastRun, now] = [await this.options.store.lastRun(runKey(schedule, this.files)), new Date()];
      const isAhead = lastRun !== null && lastRun > now;
      if (isAhead) {
        ahead.push(lastRun);
        await this.options.store.noteRun(runKey(schedule, this.files), now).catch(() => {});
      }
      this.#appoint(schedule, isAhead ? now : lastRun);
    }
    ahead.push(...(await this.#reports.plan(this.files, new Date())));
    await this.#tellAhead(ahead);
    for (const line of this.#reports.describe()) this.options.view.note(line);
    const clients = this.#schedules.reduce((sum, schedule) => sum + schedule.clients, 0);
    const scheduled =
      clients === 0
        ? 'no client has a schedule'
        : `${renderCount(clients, 'client')} on ${renderCount(this.#schedules.length, 'schedule')}`;
    this.options.view.note(`${scheduled}; ${this.#describeNext()}`);
    const { exclude = NO_EXCLUSION, allowSpecial = false } = this.options.figures;
    const { count, first } = await findRefused(this.files.clients, { exclude, allowSpecial });
    if (first !== null)
      this.options.view.note(`of ${renderCount(count, 'client')} an address will not be checked: ${first}`);
  }

  async #tellAhead(runs: readonly Date[]): Promise<void> {
    const latest = Math.max(...runs.map((run) => run.getTime()));
    if (latest - Date.now() < CLOCK_STEP_MS) return;
    await this.#tellOperator(
      'The clock of this machine was ahead, or is behind now',
      `${renderCount(runs.length, 'schedule')} ran last at a time that is still to come, up to ${new Date(latest).toISOString()}. ` +
        'The next runs are planned from now on. Check the clock, and that it is set by NTP.',
    );
  }

  /** Plans again where the clock was set back, or what was due while it was ahead would be due much later. */
  async #checkClock(): Promise<void> {
    const [seenAt, now] = [this.#seenAt, Date.now()];
    this.#seenAt = now;
    if (seenAt - now < CLOCK_STEP_MS) return;
    await this.#tellOperator(
      'The clock of this machine was set back',
      `It showed ${new Date(seenAt).toISOString()} before. The next runs are planned from now on.`,
    );
    await this.#plan().catch((error: unknown) => this.#tellOperator('The schedules cannot be planned', String(error)));
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

  /** Sweeps one schedule, or goes on with what is unfinished; false if that cannot be. */
  async #sweep(schedule: Schedule | null): Promise<boolean> {
    const { store, figures, signal, view } = this.options;
    const startedAt = new Date();
    let began: number | null = null;
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
      if (!prepared) return false;
      if (schedule) await store.noteRun(runKey(schedule, this.files), startedAt);
      const { id, remaining } = prepared.sweep;
      began = id;
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
      this.#sweeps.noteSuccess();
      this.#operator.forget();
      for (const { client, reason } of failed) view.note(`${client.id} could not be checked: ${reason}`);
      view.note(
        `sweep ${id} ${state}, ${renderCount(changes, 'change')}${blind + held > 0 ? `, ${blind + held} checks proved nothing` : ''}`,
      );
    } catch (error) {
      this.#healthy = false;
      this.#sweeps.noteFailure();
      // Where the store is away for a while, what was not done is done when it is back.
      if (error instanceof StoreError && error.mayPass && began !== null) [this.#cutOff, this.#mayGoOn] = [began, true];
      if (schedule) await store.noteRun(runKey(schedule, this.files), startedAt).catch(() => {});
      await this.#tellOperator('A sweep failed', (error as Error).message);
    }
    // Times that passed while it ran are not caught up with, nor is it begun again at once if that cannot be stored.
    if (schedule) {
      const endedAt = new Date();
      await store.noteRun(runKey(schedule, this.files), endedAt).catch(() => {});
      this.#appoint(schedule, endedAt);
    }
    return true;
  }

  #tellOperator(title: string, detail: string): Promise<void> {
    return this.#operator.tell(this.options.store, this.files.alerts, title, detail);
  }
}
