import { parseSchedule } from '../../files/clients/schedule.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import type { ReportPlan } from '../alerts/report-settings.js';
import type { Store } from '../store/store.js';
import { renderCount } from '../../words/sentence.js';
import { queueReports, sayNoReports, tellUnreached } from './queue-reports.js';
import { findDueReport } from './report-due.js';
import type { WatchedFiles } from './watched-files.js';

/** What the files say of reports. */
type ReportFiles = Pick<WatchedFiles, 'inventory' | 'clients' | 'chosen' | 'alerts'>;

/** When the reports of a watch are due, and what queues them: each time once, whatever else runs or ends meanwhile. */
export class ReportClock {
  /** By name: the last run, or since when it is known, and the next. */
  readonly #planned = new Map<string, { readonly lastRun: Date; readonly next: Date }>();

  constructor(private readonly store: Store) {}

  /**
   * Plans the reports that the files name; one that is new counts from now on. Returns the last runs that are still to
   * come, because the clock was ahead: those count from now on, too.
   */
  async plan(files: ReportFiles, now: Date): Promise<Date[]> {
    const ahead: Date[] = [];
    this.#planned.clear();
    for (const [name, plan] of files.alerts?.reports ?? []) {
      const key = keyOf(name, plan, files);
      const known = await this.store.lastRun(key);
      const counts = known !== null && known <= now;
      if (known !== null && !counts) ahead.push(known);
      // Where that cannot be written, it is known here at least.
      if (!counts) await this.store.noteRun(key, now).catch(() => {});
      this.#appoint(name, plan, counts ? known : now, now);
    }
    return ahead;
  }

  /** When each report is due next, a line each. */
  describe(): string[] {
    return [...this.#planned].map(([name, { next }]) => `report ${name} is due at ${next.toISOString()}`);
  }

  /** Queues what is due, each report together with the note that it ran. Says what it did, a line each. */
  async queueDue(files: ReportFiles & { readonly alerts: AlertConfig }, now: Date): Promise<string[]> {
    const lines: string[] = [];
    for (const [name, plan] of files.alerts.reports) {
      const planned = this.#planned.get(name);
      if (!planned || planned.next > now) continue;
      lines.push(...(await this.#queue({ name, plan, since: planned.lastRun }, files, now)));
      this.#appoint(name, plan, now, now);
    }
    return lines;
  }

  async #queue(
    { name, plan, since }: { readonly name: string; readonly plan: ReportPlan; readonly since: Date },
    files: ReportFiles & { readonly alerts: AlertConfig },
    now: Date,
  ): Promise<string[]> {
    const key = keyOf(name, plan, files);
    return this.store.write(async (tx) => {
      // Another watch may have queued it.
      const due = findDueReport(plan, (await tx.lastRun(key)) ?? since, now);
      if (!due) return [];
      const run = { name, plan, due };
      const queued = await queueReports(tx, run, files.clients);
      await tellUnreached(tx, run, queued, files.alerts);
      await tx.noteRun(key, due.at);
      const none = sayNoReports(queued.none, ['paused', 'contacts', 'unchecked']);
      return [
        `report ${name} of ${due.period}: ${renderCount(queued.queued, 'mail')} queued`,
        ...none.map((line) => `report ${name} does not go to clients ${line}`),
      ];
    });
  }

  #appoint(name: string, plan: ReportPlan, lastRun: Date, now: Date): void {
    const due = findDueReport(plan, lastRun, now)?.at;
    const next = due ?? parseSchedule(plan.schedule, plan.timeZone).nextRun(now);
    if (next) this.#planned.set(name, { lastRun, next });
    else this.#planned.delete(name);
  }
}

/** What the last run of a report is remembered by: with another schedule, or of other clients, it is another report. */
function keyOf(name: string, { schedule, timeZone }: ReportPlan, { inventory, chosen }: ReportFiles): string {
  return JSON.stringify(['report', name, schedule, timeZone, inventory, chosen]);
}
