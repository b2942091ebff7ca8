import { setTimeout as wait } from 'node:timers/promises';
import { Bell } from '../../async/bell.js';
import { surveyOf } from '../../check/judge/judge-survey.js';
import { runTargets } from '../../check/run/run-targets.js';
import { isControlLost } from '../../model/answer-kind.js';
import type { ReportData } from '../../model/report.js';
import type { LookKey, WorkerSign, WorkOrder, WorkResult } from '../../model/work.js';
import type { Control } from '../../net/scan/control.js';
import { cutText, renderCount } from '../../words/sentence.js';
import { StoreError } from '../store/store-error.js';
import { BackOff } from '../sweep/back-off.js';
import { askControls } from './ask-controls.js';
import { Feed } from './feed.js';
import { type OrderedJob, readOrder, type WorkerGuard } from './order-looks.js';
import type { Spool } from '../../files/work/spool.js';
import type { WorkSource } from './work-source.js';

/** Well below the least time after which orders expire. */
const BEAT_MS = 4_000;
const POLL_MS = 1_000;
/** How long a worker that cannot see waits before it looks whether it can again. */
const BLIND_MS = 15_000;
/** After the first signal, so long is what is under way waited for. */
const DRAIN_MS = 60_000;
const LEAST_REST_MS = 500;
const MOST_REST_MS = 30_000;

/** How a worker works. */
export interface WorkerOptions extends WorkerGuard {
  readonly source: WorkSource;
  readonly vantage: string;
  readonly who: Pick<WorkerSign, 'id' | 'host' | 'pid' | 'version'>;
  /** Each is known to answer; while none does, no order is taken. */
  readonly controls: readonly Control[];
  /** So many orders are under way at once. */
  readonly orders: number;
  readonly spool: Spool;
  /** Ends it in good order: nothing new is taken, and what is under way is done and delivered. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  readonly drainMs?: number | undefined;
  readonly pollMs?: number | undefined;
}

/** An order under way. */
interface UnderWay {
  readonly id: string;
  left: number;
  readonly results: WorkResult[];
  /** Looks that show that it is us who could not see. */
  blind: number;
  cutOff: boolean;
}

type Look = OrderedJob & { readonly order: UnderWay };

/**
 * Takes orders of a vantage, makes their looks through one engine, and delivers what it saw, until it is told to stop.
 * What cannot be delivered is kept on disk. A worker that sees that it cannot see takes nothing, and says so.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  await new Worker(options).run();
}

class Worker {
  readonly #feed = new Feed<Look>();
  readonly #bell = new Bell();
  readonly #underWay = new Set<UnderWay>();
  readonly #server = new BackOff(LEAST_REST_MS, MOST_REST_MS);
  readonly #stop = new AbortController();
  #looks = 0;
  #blindUntil = -Infinity;
  #state: WorkerSign['state'] = 'idle';
  #why = '';
  #told = '';
  #spooled = true;
  #failure: { readonly error: unknown } | null = null;

  constructor(private readonly options: WorkerOptions) {}

  async run(): Promise<void> {
    const { signal, source, vantage, who, drainMs = DRAIN_MS, note } = this.options;
    const beat = setInterval(() => void this.#beat(), BEAT_MS);
    const looking = this.#look().catch((error: unknown) => {
      this.#failure = { error };
      this.#bell.ring();
    });
    let drain: NodeJS.Timeout | undefined;
    try {
      await this.#takeOrders();
      this.#say('ending', this.#told);
      if (this.#underWay.size > 0)
        note(`ending: ${renderCount(this.#underWay.size, 'order')} under way, which it finishes first`);
      drain = setTimeout(() => this.#stop.abort(), drainMs);
      this.#feed.end();
      await looking;
      await this.#bell.until(() => this.#underWay.size === 0);
      if (signal.aborted) await this.#deliverSpooled().catch(() => {});
    } finally {
      clearTimeout(drain);
      clearInterval(beat);
      this.#stop.abort();
      this.#feed.end();
      await source.leave(vantage, who.id).catch(() => {});
    }
    if (this.#failure) throw (this.#failure as { error: unknown }).error;
    note(`stopped after ${renderCount(this.#looks, 'look')}`);
  }

  async #takeOrders(): Promise<void> {
    const { signal, orders, pollMs = POLL_MS } = this.options;
    const rest = (ms: number) => wait(ms, undefined, { signal }).catch(() => {});
    await this.#beat();
    while (!signal.aborted && !this.#failure) {
      await this.#bell.until(() => this.#underWay.size < orders || this.#failure !== null, signal);
      if (signal.aborted || this.#failure) return;
      if (this.#server.restMs > 0) await rest(this.#server.restMs);
      else if (!(await this.#canSee())) await rest(Math.min(BLIND_MS, pollMs * 15));
      else if (!(await this.#takeOne())) await rest(pollMs);
    }
  }

  /** Whether there was something to do. */
  async #takeOne(): Promise<boolean> {
    const { source, vantage, who } = this.options;
    try {
      await this.#deliverSpooled();
      const order = await source.take(vantage, who.id);
      this.#server.noteSuccess();
      this.#say(this.#underWay.size > 0 || order ? 'busy' : 'idle', '');
      if (order) this.#accept(order);
      return order !== null;
    } catch (error) {
      this.#noteTrouble(error);
      return true;
    }
  }

  #accept(order: WorkOrder): void {
    const { jobs, refused } = readOrder(order, this.options, new Date());
    const results = refused.map(({ key, why }) => troubleOf(key, `this worker refused: ${why}`));
    const underWay: UnderWay = { id: order.id, left: jobs.length, results, blind: 0, cutOff: false };
    this.#underWay.add(underWay);
    void this.#beat();
    if (jobs.length === 0) void this.#finish(underWay);
    else this.#feed.push(jobs.map((job) => ({ ...job, order: underWay })));
  }

  async #look(): Promise<void> {
    const { timing, controls } = this.options;
    // Of several, any will do: they are asked beside the looks.
    const control = controls.length === 1 ? controls[0]! : null;
    for await (const { job, report } of runTargets(this.#feed, { timing, control, signal: this.#stop.signal })) {
      const { order, key } = job;
      this.#looks++;
      if (report.interrupted) order.cutOff = true;
      if (isBlind(report)) order.blind++;
      order.results.push({ key, survey: surveyOf(report), trouble: null });
      if (--order.left === 0) void this.#finish(order);
    }
    // What was not even begun before it was cut off.
    for (const order of this.#underWay) {
      if (order.left === 0) continue;
      order.cutOff = true;
      void this.#finish(order);
    }
  }

  async #finish(order: UnderWay): Promise<void> {
    const { source, vantage, who, spool, note, controls } = this.options;
    const { id, results } = order;
    try {
      const blind =
        (order.blind > 0 && (controls.length > 0 || order.blind === results.length)) ||
        (controls.length > 1 && !(await askControls(controls)));
      if (order.cutOff || blind) {
        if (blind) this.#blindUntil = performance.now() + BLIND_MS;
        await source.giveBack(
          vantage,
          id,
          who.id,
          order.cutOff ? 'the worker was stopped' : 'the worker could not see',
        );
      } else await source.deliver(vantage, id, results);
    } catch (error) {
      this.#noteTrouble(error);
      if (order.cutOff) return;
      await spool.put({ vantage, order: id, results }).catch((problem: Error) => {
        note(`what was seen in an order is lost: it cannot be kept either (${problem.message})`);
      });
      this.#spooled = true;
    } finally {
      this.#underWay.delete(order);
      this.#bell.ring();
    }
  }

  /** Delivers what could not be delivered before, also by a process before this one. */
  async #deliverSpooled(): Promise<void> {
    if (!this.#spooled) return;
    const { source, spool, note } = this.options;
    const kept = await spool.list();
    for (const { vantage, order, results } of kept) {
      await source.deliver(vantage, order, results);
      await spool.remove(order);
    }
    if (kept.length > 0) note(`delivered what had been kept: ${renderCount(kept.length, 'order')}`);
    this.#spooled = false;
  }

  async #canSee(): Promise<boolean> {
    const { controls } = this.options;
    if (performance.now() < this.#blindUntil) {
      this.#say('blind', 'its last looks show that it could not see');
      return false;
    }
    if (controls.length === 0 || (await askControls(controls))) return true;
    const names = controls.map(({ label }) => label).join(', ');
    this.#say('blind', `no control endpoint answers (${names}): it takes no orders until one does`);
    return false;
  }

  #noteTrouble(error: unknown): void {
    if (!(error instanceof StoreError && error.mayPass)) {
      this.#failure ??= { error };
      return;
    }
    this.#server.noteFailure();
    this.#say(this.#state, (error as Error).message);
  }

  /** Tells what changed, once, and the coordinator with the next sign of life. */
  #say(state: WorkerSign['state'], why: string): void {
    const changed = state !== this.#state;
    [this.#state, this.#why] = [state, why];
    if (why !== '' && why !== this.#told) this.options.note(why);
    if (why === '' && this.#told !== '') this.options.note('all is well again');
    this.#told = why;
    if (changed) void this.#beat();
  }

  async #beat(): Promise<void> {
    const { source, who, vantage } = this.options;
    const orders = [...this.#underWay].map(({ id }) => id);
    const sign = { ...who, vantage, state: this.#state, note: cutText(this.#why, 512), looks: this.#looks, orders };
    await source.beat(sign).catch(() => {});
  }
}

function troubleOf(key: LookKey, trouble: string): WorkResult {
  return { key, survey: null, trouble: cutText(trouble, 512) };
}

/** Whether a look shows that nothing could leave this machine, or that the control was lost. */
function isBlind({ vantage, observations }: ReportData): boolean {
  const isOurs = observations.length > 0 && observations.every(({ state }) => state === 'error');
  return isControlLost(vantage) || (isOurs && observations.some(({ reason }) => reason !== 'cut-off'));
}
