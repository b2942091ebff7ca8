import { SYSTEM_CLOCK, type Clock } from '../../async/clock.js';
import { deliverMessages, type DeliveryResult } from '../alerts/deliver.js';
import {
  beginRun,
  describeOwner,
  type PreparedSweep,
  resumeSweep,
  runSweep,
  type SweepEnd,
  type SweepOptions,
} from './sweep.js';
import { NO_EXCLUSION } from '../../files/targets/guard.js';
import { findRefused } from './expand-client.js';
import { tellSiteLooks } from './tell-site-looks.js';
import { BackOff } from './back-off.js';
import { OperatorLine } from './operator-line.js';
import { ReportClock } from './report-clock.js';
import { type DueRun, ScheduleClock } from './schedule-clock.js';
import { ScheduleTurn } from './schedule-turn.js';
import { StoreError } from '../store/store-error.js';
import type { WatchOptions } from './watch-options.js';
import type { WatchedFiles } from './watched-files.js';
import { filterClients } from './schedules.js';
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
  #healthy = true;
  #delivering = false;
  /** There may be an unfinished sweep. */
  #mayGoOn = false;
  /** The sweep of ours that was cut off as the store was away, and may stand as running there. */
  #cutOff: number | null = null;
  #seenAt: number;
  readonly #clock: Clock;
  readonly #deliveries: BackOff;
  readonly #sweeps: BackOff;
  readonly #operator: OperatorLine;
  readonly #schedules: ScheduleClock;
  readonly #reports: ReportClock;
  readonly #turn: ScheduleTurn;

  constructor(
    private readonly options: WatchOptions,
    private files: WatchedFiles,
  ) {
    const { tickMs = TICK_MS, view, signal, store, onTurn, clock = SYSTEM_CLOCK } = options;
    this.#clock = clock;
    this.#seenAt = clock.now().getTime();
    this.#deliveries = new BackOff(tickMs, MOST_REST_MS);
    this.#sweeps = new BackOff(tickMs, MOST_REST_MS);
    this.#operator = new OperatorLine((line) => view.note(line), signal);
    this.#schedules = new ScheduleClock(store, options.jitterMs);
    this.#reports = new ReportClock(store);
    this.#turn = new ScheduleTurn(store, files, {
      everyMs: TURN_TICKS * tickMs,
      clock,
      note: (line) => view.note(line),
      onTurn,
    });
  }

  async run(): Promise<void> {
    const { signal, view, tickMs = TICK_MS } = this.options;
    await this.#plan();
    await this.#turn.take();
    await this.#turn.tellOthers();
    const ended = new AbortController();
    void this.#keepTicking(tickMs, AbortSignal.any([signal, ended.signal]));
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
        const next = rested ? this.#schedules.findNext(this.#clock.now()) : undefined;
        if (next) await this.#sweep(next);
        else await this.#clock.wait(tickMs, signal);
      }
      view.note('stopped');
    } finally {
      ended.abort();
      await this.#turn.leave();
    }
  }

  async #keepTicking(tickMs: number, ended: AbortSignal): Promise<void> {
    for (;;) {
      await this.#clock.wait(tickMs, ended);
      if (ended.aborted) return;
      void this.#tick();
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
      if (this.#cutOff !== null)
        await store.finishSweep(this.#cutOff, 'interrupted', this.#clock.now(), describeOwner());
      this.#cutOff = null;
      this.#mayGoOn = (await store.findUnfinished(this.files.inventory)) !== null;
    } catch (error) {
      this.#sweeps.noteFailure();
      this.options.view.note((error as Error).message);
      return false;
    }
    return this.#mayGoOn && (await this.#sweep(null));
  }

  async #tick(): Promise<void> {
    const { store, signal, view, draw } = this.options;
    if (this.#healthy) view.alive();
    void this.#turn.take();
    const { alerts } = this.files;
    if (!alerts || this.#delivering || this.#deliveries.restMs > 0) return;
    this.#delivering = true;
    try {
      const { now } = this.#clock;
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
    const now = this.#clock.now();
    const ahead = await this.#schedules.plan(this.files, now);
    ahead.push(...(await this.#reports.plan(this.files, now)));
    await this.#tellAhead(ahead);
    for (const line of this.#reports.describe()) this.options.view.note(line);
    this.options.view.note(this.#schedules.describe());
    const { exclude = NO_EXCLUSION, allowSpecial = false } = this.options.figures;
    const { count, first } = await findRefused(this.files.clients, { exclude, allowSpecial });
    if (first !== null)
      this.options.view.note(`of ${renderCount(count, 'client')} an address will not be checked: ${first}`);
  }

  async #tellAhead(runs: readonly Date[]): Promise<void> {
    const latest = Math.max(...runs.map((run) => run.getTime()));
    if (latest - this.#clock.now().getTime() < CLOCK_STEP_MS) return;
    await this.#tellOperator(
      'The clock of this machine was ahead, or is behind now',
      `${renderCount(runs.length, 'schedule')} ran last at a time that is still to come, up to ${new Date(latest).toISOString()}. ` +
        'The next runs are planned from now on. Check the clock, and that it is set by NTP.',
    );
  }

  /** Plans again where the clock was set back, or what was due while it was ahead would be due much later. */
  async #checkClock(): Promise<void> {
    const [seenAt, now] = [this.#seenAt, this.#clock.now().getTime()];
    this.#seenAt = now;
    if (seenAt - now < CLOCK_STEP_MS) return;
    await this.#tellOperator(
      'The clock of this machine was set back',
      `It showed ${new Date(seenAt).toISOString()} before. The next runs are planned from now on.`,
    );
    await this.#plan().catch((error: unknown) => this.#tellOperator('The schedules cannot be planned', String(error)));
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

  /** Runs a schedule whose time has come, or goes on with what is unfinished (null); false if that cannot be. */
  async #sweep(run: DueRun | null): Promise<boolean> {
    const { store, figures, signal, view } = this.options;
    const startedAt = this.#clock.now();
    let began: number | null = null;
    try {
      const onTrouble = (trouble: string): void => view.note(trouble);
      const options = { ...figures, ...this.files, store, signal, onTrouble, clock: this.#clock };
      const prepared = run ? await this.#beginRun(run, options, startedAt) : await resumeSweep(options);
      if (!prepared) return false;
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
      const mayPass = error instanceof StoreError && error.mayPass;
      if (mayPass && began !== null) [this.#cutOff, this.#mayGoOn] = [began, true];
      await this.#tellOperator('A sweep failed', (error as Error).message);
      if (mayPass && began === null) return true;
    }
    // Times that passed while it ran are not caught up with, nor is it begun again at once if that cannot be stored.
    if (run) {
      const endedAt = this.#clock.now();
      await store.schedulers.endRun({ ...run, turn: this.#turn.token }, endedAt).catch(() => {});
      this.#schedules.planAfter(run, endedAt);
    }
    return true;
  }

  /** Null where another process has begun it, or may have: who was stopped for a while finds out only here. */
  async #beginRun(run: DueRun, options: Omit<SweepOptions, 'clients'>, now: Date): Promise<PreparedSweep | null> {
    const clients = filterClients(this.files.clients, run.schedule.key);
    const filter = { schedule: run.schedule.key };
    const prepared = await beginRun({ ...run, turn: this.#turn.token }, { ...options, clients, filter }, now);
    if (prepared) return prepared;
    this.#turn.doubt();
    const lastRun = await this.options.store.lastRun(run.key);
    if (lastRun && lastRun >= run.due) this.#schedules.planAfter(run, lastRun);
    return null;
  }

  #tellOperator(title: string, detail: string): Promise<void> {
    return this.#operator.tell(this.options.store, this.files.alerts, title, detail);
  }
}
