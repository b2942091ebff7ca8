import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Bell } from '../../async/bell.js';
import type { ReportData, Survey } from '../../model/report.js';
import type { LookKey, VantagePlace, WorkOrder } from '../../model/work.js';
import { listNames } from '../../words/sentence.js';
import type { LookJob } from '../sweep/list-looks.js';
import { composeOrder } from './compose-order.js';
import { BatchTakenError, type OrderedLook } from './look-table.js';
import { Line, LOOKS_OF_AN_ORDER } from './vantage-line.js';
import type { WorkQueue } from './work-queue.js';

const POLL_MS = 250;
/** So many looks are under way at once: what is lost of a coordinator that is killed is asked again. */
const WINDOW = 4_096;
/** So many orders wait for the workers of a vantage, so that none is idle. */
const ORDERS_OUT = 64;
/** An order that is not full is not held back longer, ms. */
const QUIET_MS = 300;
const READ_AT_ONCE = 512;
/** How often workers and orders that were given up are looked at, ms. */
const ROUND_MS = 5_000;

/** What one vantage brought of a look. */
export interface VantageSurvey {
  readonly place: VantagePlace;
  readonly survey: Survey | null;
  /** Why there is none. */
  readonly trouble: string | null;
  /** None where it was not ordered. */
  readonly orderedAt?: Date;
}

/** How looks are made by workers. */
export interface RemoteOptions {
  readonly queue: WorkQueue;
  /** At least one; all look at every client. */
  readonly vantages: readonly VantagePlace[];
  /** A vantage without a worker for so long is left out, ms, unless all are. */
  readonly absentMs: number;
  /** A check has someone wait for it: it is done before sweeps, and what no one looks at is told at once. */
  readonly kind: WorkOrder['kind'];
  readonly allowSpecial: boolean;
  readonly ping: boolean;
  readonly signal: AbortSignal;
  /** Tells the operator; the same title once. */
  readonly onTrouble: (title: string, detail: string) => void;
  /** Makes one report of what all vantages brought. */
  readonly judge: (job: LookJob, looks: readonly VantageSurvey[]) => ReportData;
}

/** A look that is not done. */
interface Open {
  readonly id: string;
  readonly key: LookKey;
  readonly job: LookJob;
  readonly target: LookJob['target'];
  readonly got: Map<string, VantageSurvey>;
}

/**
 * Has the looks of a batch made by workers, and yields a report for each as soon as all vantages gave theirs. What was
 * ordered before, by a process that is gone, is not ordered again, and what it came to meanwhile counts. After an abort
 * nothing more is yielded, nor where another process goes on with the batch; what is under way goes on.
 */
export async function* lookRemotely(
  batch: string,
  jobs: AsyncIterable<LookJob>,
  options: RemoteOptions,
): AsyncGenerator<{ readonly job: LookJob; readonly report: ReportData }> {
  const looking = new Looking(batch, options);
  yield* looking.run(jobs);
}

class Looking {
  readonly #open = new Map<string, Open>();
  readonly #ready: Open[] = [];
  readonly #bell = new Bell();
  readonly #lines: readonly Line<Open>[];
  /** What came of looks of this batch that were ordered before, and that are not open here yet. */
  readonly #early = new Map<string, OrderedLook[]>();
  #fedAt = performance.now();
  #fed = false;
  #failure: { readonly error: unknown } | null = null;
  #roundAt = -Infinity;

  constructor(
    private readonly batch: string,
    private readonly options: RemoteOptions,
  ) {
    this.#lines = options.vantages.map((place) => new Line(place));
  }

  async *run(jobs: AsyncIterable<LookJob>): AsyncGenerator<{ job: LookJob; report: ReportData }> {
    const { queue, signal, judge } = this.options;
    await this.#takeOver();
    const stop = new AbortController();
    const over = AbortSignal.any([signal, stop.signal]);
    const feeding = this.#feed(jobs, over).catch((error: unknown) => this.#fail(error));
    const polling = this.#poll(over).catch((error: unknown) => this.#fail(error));
    const done: Open[] = [];
    try {
      for (;;) {
        const isOver = () => this.#failure !== null || (this.#fed && this.#open.size === 0);
        await this.#bell.until(() => this.#ready.length > 0 || isOver(), signal);
        const look = this.#ready.shift();
        if (signal.aborted || !look) break;
        const { job, got } = look;
        const looks = this.#lines.map(({ place }) => got.get(place.name)!);
        yield { job, report: judge(job, looks) };
        // It is stored by now.
        this.#open.delete(look.id);
        this.#bell.ring();
        done.push(look);
        if (done.length >= READ_AT_ONCE)
          await queue.looks.forget(
            this.batch,
            done.splice(0).map(({ key }) => key),
          );
      }
      if (this.#failure) {
        const { error } = this.#failure as { error: unknown };
        if (error instanceof BatchTakenError) return;
        throw error;
      }
      if (!signal.aborted) await queue.looks.forget(this.batch, null);
    } finally {
      stop.abort();
      this.#bell.ring();
      void feeding;
      await polling;
    }
  }

  /** Goes on where a process before was: what it ordered is under way or done. */
  async #takeOver(): Promise<void> {
    const { queue } = this.options;
    await queue.looks.take(this.batch);
    const ordered = await queue.looks.list(this.batch);
    for (const line of this.#lines) {
      const its = ordered.filter(({ vantage }) => vantage === line.place.name);
      const unfinished = its.filter(({ survey, trouble }) => survey === null && trouble === null);
      const open = await queue.listOpen(line.place.name, [...new Set(unfinished.map(({ order }) => order))]);
      for (const { key, order } of unfinished) if (open.has(order)) line.ordered.set(idOf(key), order);
    }
  }

  async #feed(jobs: AsyncIterable<LookJob>, signal: AbortSignal): Promise<void> {
    for await (const job of jobs) {
      if (signal.aborted) return;
      this.#begin(job);
      await this.#bell.until(() => this.#open.size < WINDOW, signal);
    }
    this.#fed = true;
    this.#bell.ring();
  }

  #begin(job: LookJob): void {
    const { client, slot, earlier, target } = job;
    const round = earlier === null ? 0 : earlier.agreed ? 2 : 1;
    const key: LookKey = { batch: this.batch, client: client.id, slot, round };
    const look: Open = { id: idOf(key), key, job, target, got: new Map() };
    this.#open.set(look.id, look);
    this.#fedAt = performance.now();
    if (target.address === null) {
      for (const { place } of this.#lines) this.#settle(look, { place, survey: emptySurvey(job), trouble: null });
      return;
    }
    for (const line of this.#lines) {
      const order = line.ordered.get(look.id);
      if (order === undefined) line.planner.add(look);
      else line.noteOrdered(order, look);
    }
    for (const known of this.#early.get(look.id) ?? []) this.#take(known);
    this.#early.delete(look.id);
  }

  async #poll(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#failure) {
      await this.#order();
      const read = await this.#read();
      if (performance.now() - this.#roundAt > ROUND_MS) {
        this.#roundAt = performance.now();
        await this.#goRound();
      }
      if (read < READ_AT_ONCE) await wait(POLL_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #order(): Promise<void> {
    const { queue, ping, allowSpecial, kind } = this.options;
    const isQuiet = this.#fed || performance.now() - this.#fedAt > QUIET_MS;
    for (const line of this.#lines) {
      const { planner, place } = line;
      while (planner.out < ORDERS_OUT && (planner.waiting >= LOOKS_OF_AN_ORDER || (isQuiet && planner.waiting > 0))) {
        const id = randomUUID();
        const looks = line.next(id);
        if (looks.length === 0) break;
        const common = { id, kind, ping, allowSpecial, share: this.#lines.length } as const;
        await queue.order(place.name, composeOrder(common, place, looks), kind === 'check');
      }
    }
  }

  async #read(): Promise<number> {
    const looks = await this.options.queue.looks.readDone(this.batch, READ_AT_ONCE);
    for (const look of looks) this.#take(look);
    return looks.length;
  }

  #take(found: OrderedLook): void {
    const id = idOf(found.key);
    const line = this.#lines.find(({ place }) => place.name === found.vantage);
    const look = this.#open.get(id);
    if (!line) return;
    if (!look) {
      const others = this.#early.get(id);
      if (others) others.push(found);
      else this.#early.set(id, [found]);
      line.ordered.set(id, found.order);
      return;
    }
    const isOther = found.survey !== null && found.survey.target.address !== look.target.address;
    const other = { survey: null, trouble: 'its address has changed since it was ordered' };
    const { survey, trouble } = isOther ? other : found;
    this.#settle(look, { place: line.place, survey, trouble, orderedAt: found.orderedAt });
  }

  #settle(look: Open, { place, ...found }: VantageSurvey): void {
    if (look.got.has(place.name)) return;
    look.got.set(place.name, { place, ...found });
    this.#lines.find((line) => line.place === place)?.noteDone(look);
    if (look.got.size < this.#lines.length) return;
    this.#ready.push(look);
    this.#bell.ring();
  }

  /** Looks after vantages that no one works at, and orders that were given up. */
  async #goRound(): Promise<void> {
    const { queue, absentMs, onTrouble, kind } = this.options;
    const workers = (await queue.workers.list()).filter(({ alive, state }) => alive && state !== 'blind');
    const now = performance.now();
    for (const line of this.#lines) {
      if (workers.some(({ vantage }) => vantage === line.place.name)) line.seenAt = now;
      const given = await queue.settleGivenUp(line.place.name);
      if (given.orders > 0)
        onTrouble(
          `Looks from ${line.place.name} were given up`,
          `No worker could do ${given.orders === 1 ? 'an order' : `${given.orders} orders`} of looks: ${given.why}.`,
        );
    }
    const absent = this.#lines.filter(({ seenAt }) => now - seenAt > absentMs);
    if (absent.length === 0) return;
    const names = listNames(absent.map(({ place }) => place.name));
    const isNone = absent.length === this.#lines.length;
    if (isNone && kind === 'sweep') {
      onTrouble('No worker is at work', `No worker looks from ${names}: the sweep waits until one does.`);
      return;
    }
    const rest = isNone ? 'No one can look.' : 'What is left is looked at from the other vantages.';
    onTrouble(`No worker looks from ${names}`, rest);
    for (const line of absent) await this.#leaveOut(line);
  }

  async #leaveOut(line: Line<Open>): Promise<void> {
    const { place, planner } = line;
    planner.takeAll();
    await this.options.queue.cancel(place.name, line.orders);
    const trouble = `no worker looks from ${place.name}`;
    for (const look of [...this.#open.values()]) this.#settle(look, { place, survey: null, trouble });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#bell.ring();
  }
}

/** What is seen of a target that cannot be looked at. */
export function emptySurvey({ target, terms }: LookJob): Survey {
  return {
    target,
    vantage: { source: terms.source, address: null, scope: null, ownAddress: false, control: null },
    startedAt: new Date().toISOString(),
    durationMs: 0,
    interrupted: false,
    liveness: { srttMs: null, answers: 0, lost: 0, recheck: [] },
    observations: [],
    unlisted: {},
    errors: [],
  };
}

const idOf = ({ client, slot, round }: LookKey): string => JSON.stringify([client, slot, round]);
