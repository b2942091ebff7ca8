import type { ScheduledRun } from '../store/runs.js';
import type { Store } from '../store/store.js';
import { renderCount } from '../../words/sentence.js';
import { findDue, knownKey, listSchedules, runKey, type Schedule } from './schedules.js';
import type { WatchedFiles } from './watched-files.js';

/** What the files say of schedules. */
type ScheduleFiles = Pick<WatchedFiles, 'inventory' | 'clients' | 'chosen'>;

/** A time of a schedule that has come. */
export interface DueRun extends Omit<ScheduledRun, 'turn'> {
  readonly schedule: Schedule;
}

/** A time of a schedule that is ahead. */
interface Appointment extends DueRun {
  /** When it is to begin: its time, and some more at random, ms. */
  readonly beginAt: number;
}

/** When the schedules of an inventory are due next. */
export class ScheduleClock {
  readonly #next = new Map<string, Appointment | null>();
  #clients = 0;

  /** @param jitterMs a run begins up to so much after its time, at random */
  constructor(
    private readonly store: Store,
    private readonly jitterMs: number,
  ) {}

  /**
   * Plans the schedules of the files; one that is new counts from now on. Returns the last runs that are still to come,
   * because the clock was ahead: those count from now on, too.
   */
  async plan(files: ScheduleFiles, now: Date): Promise<Date[]> {
    const schedules = await listSchedules(files.clients);
    const ahead: Date[] = [];
    this.#next.clear();
    this.#clients = schedules.reduce((sum, { clients }) => sum + clients, 0);
    for (const schedule of schedules) {
      const key = runKey(schedule, files);
      const lastRun = await this.store.lastRun(key);
      const since = lastRun ?? (await this.#noteKnown(knownKey(schedule, files), now));
      if (since > now) {
        ahead.push(since);
        await this.store.noteRun(lastRun ? key : knownKey(schedule, files), now).catch(() => {});
      }
      this.#appoint({ schedule, key }, since > now ? now : since);
    }
    return ahead;
  }

  /** Since when a schedule is known that never ran. Where that cannot be written, it is known here at least. */
  #noteKnown(key: string, now: Date): Promise<Date> {
    return this.store.schedulers.noteKnown(key, now).catch(() => now);
  }

  /** What is to be run now, if anything is. */
  findNext(now: Date): DueRun | undefined {
    return [...this.#next.values()].find((next) => next !== null && next.beginAt <= now.getTime()) ?? undefined;
  }

  /** Plans the next run after one that was noted with a time, by this process or another. */
  planAfter(run: DueRun, lastRun: Date): void {
    this.#appoint(run, lastRun);
  }

  #appoint({ schedule, key }: Pick<DueRun, 'schedule' | 'key'>, lastRun: Date): void {
    const due = findDue(schedule, lastRun, lastRun);
    const beginAt = (due?.getTime() ?? Infinity) + Math.random() * this.jitterMs;
    this.#next.set(key, due && { schedule, key, due, beginAt });
  }

  /** How many clients have schedules, and when the next is due. */
  describe(): string {
    const times = [...this.#next.values()].flatMap((next) => (next ? [next.beginAt] : []));
    const scheduled =
      this.#clients === 0
        ? 'no client has a schedule'
        : `${renderCount(this.#clients, 'client')} on ${renderCount(this.#next.size, 'schedule')}`;
    const next =
      times.length === 0 ? 'none will be due' : `the next is due at ${new Date(Math.min(...times)).toISOString()}`;
    return `${scheduled}; ${next}`;
  }
}
