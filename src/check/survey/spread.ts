import { Agenda } from '../../async/agenda.js';
import { Bell } from '../../async/bell.js';
import { Queue } from '../../async/queue.js';
import { onAbort } from '../../async/time-limit.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { AskedState, Observation, UnitError } from '../../model/report.js';
import type { ControlEndpoint } from '../../net/scan/control.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import { createErrorOutcome } from '../../net/scan/outcome.js';
import { spreadOut, type Timing } from '../../net/scan/timing.js';
import type { PlannedProbe, Planner } from '../probes/plan.js';
import { CommonOutcomes, PackedObservations } from './packed-observations.js';
import { chooseManner, createLook, type FirstRound, roundMs, type SeeEndpoint } from './run-probes.js';

/** The rate is used up if so many patiences' worth of looks are under way: silence takes a whole one. */
const PATIENCES = 1.25;
/** However low the rate, so many looks may wait for their turn. */
const LEAST_UNDER_WAY = 16;
/** A longer plan is kept, since drawing it again for each endpoint would take too long; so long a one is of few targets. */
const MAX_DRAWN_AGAIN = 256;

/** What the spread first round of a target takes; those that are looked at alike may share it. */
export interface SpreadOptions {
  readonly planTarget: Planner;
  /** Where not that of the engine. */
  readonly timing?: Timing | undefined;
  /** The services' endpoints. */
  readonly services: ReadonlySet<EndpointId>;
}

/** What all targets share. */
export interface SpreadShared {
  /** Over what time the endpoints of each are spread, ms. */
  readonly overMs: number;
  /** How many may be under way at once. */
  readonly targets: number;
  readonly control: ControlEndpoint | null;
  readonly signal: AbortSignal;
  readonly onEndpoint?: SeeEndpoint | undefined;
}

/** A target of a run: its address, if it has one, and what it is looked at for. */
export interface Spreadable {
  readonly target: { readonly address: string | null };
}

/**
 * Spreads the endpoints of each address over a time, breadth first: all addresses have one asked before any has its
 * next. Each look waits for its turn behind one timer, and no more are under way than the rate can use, so that what
 * falls due late is put off instead of queued.
 *
 * All addresses are under way for the whole time, so little is kept of each: there is no promise for it, its plan is
 * drawn again from a seed, and its observations are packed.
 */
export class Spread<T extends Spreadable> {
  readonly #agenda = new Agenda();
  readonly #late = new Queue<Walk<T>>();
  readonly #walks = new Set<Walk<T>>();
  readonly #ready = new Queue<FirstLook<T>>();
  readonly #bell = new Bell();
  readonly #outcomes = new CommonOutcomes();
  readonly #timings = new Map<Timing, Map<number, Timing>>();
  readonly #most: number;
  #underWay = 0;
  #over = false;
  #fed = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly engine: Engine,
    private readonly shared: SpreadShared,
    private readonly optionsOf: (job: T) => SpreadOptions,
  ) {
    const { rate, patienceMs, maxSockets } = engine.timing;
    this.#most = Math.max(LEAST_UNDER_WAY, Math.min(maxSockets, Math.ceil((PATIENCES * rate * patienceMs) / 1_000)));
  }

  /**
   * Yields jobs as all endpoints of their targets are settled. After an abort no more are taken, and those under way are
   * yielded as they stand. An error of the stream is thrown once all else is done.
   */
  async *run(jobs: AsyncIterable<T>): AsyncGenerator<FirstLook<T>> {
    const forget = onAbort(this.shared.signal, () => this.cutOff());
    void this.#feed(jobs);
    try {
      for (;;) {
        await this.#bell.until(() => this.#ready.size > 0 || (this.#walks.size === 0 && (this.#fed || this.#over)));
        const first = this.#ready.shift();
        if (!first) break;
        yield first;
        this.#bell.ring();
      }
    } finally {
      forget();
      this.cutOff();
    }
    if (this.#failure) throw this.#failure.error;
  }

  async #feed(jobs: AsyncIterable<T>): Promise<void> {
    const { targets } = this.shared;
    try {
      for await (const job of jobs) {
        if (this.#over) break;
        const { address } = job.target;
        if (address === null) this.#ready.push({ job, first: null });
        else this.#begin(job, address);
        this.#bell.ring();
        await this.#bell.until(() => this.#over || this.#walks.size + this.#ready.size < targets);
        if (this.#over) break;
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#fed = true;
      this.#bell.ring();
    }
  }

  #begin(job: T, address: string): void {
    const options = this.optionsOf(job);
    const { planTarget, timing = this.engine.timing } = options;
    const seed = Math.floor(Math.random() * 2 ** 32);
    const plan = planTarget(createRandom(seed));
    const gapMs = this.shared.overMs / plan.length;
    const host = this.engine.host(address, this.#spreadOut(timing, gapMs));
    const before = this.shared.control?.ask() ?? null;
    const seen = new PackedObservations(this.#outcomes, plan.length);
    const kept = plan.length > MAX_DRAWN_AGAIN ? plan : null;
    const walk = new Walk(job, options, kept, seed, host, gapMs, before, seen);
    this.#walks.add(walk);
    if (plan.length === 0) this.#finish(walk);
    else this.#due(walk);
  }

  /** The timing of a walk; those that walk alike share it. */
  #spreadOut(timing: Timing, gapMs: number): Timing {
    let spread = this.#timings.get(timing);
    if (!spread) this.#timings.set(timing, (spread = new Map<number, Timing>()));
    let own = spread.get(gapMs);
    if (!own) spread.set(gapMs, (own = spreadOut(timing, gapMs)));
    return own;
  }

  #due(walk: Walk<T>): void {
    if (this.#underWay >= this.#most) this.#late.push(walk);
    else this.#ask(walk);
  }

  #ask(walk: Walk<T>): void {
    const { options, host, startMs } = walk;
    const index = walk.next++;
    const plan = walk.plan;
    const planned = plan[index]!;
    this.#underWay++;
    walk.underWay++;
    if (walk.next < plan.length) this.#appoint(walk);
    const look = createLook(this.engine, startMs, walk.errors);
    void look(planned, host, chooseManner(planned, plan.length, options.services)).then((observation) => {
      this.#underWay--;
      walk.underWay--;
      walk.seen.set(index, observation);
      this.shared.onEndpoint?.(observation, host.address);
      if (walk.underWay === 0 && (walk.next === plan.length || this.#over)) this.#finish(walk);
      while (this.#late.size > 0 && this.#underWay < this.#most) this.#ask(this.#late.shift()!);
    });
  }

  // By itself, for what is appointed must not hold on to a plan.
  #appoint(walk: Walk<T>): void {
    this.#agenda.in(walk.gapMs, () => this.#due(walk));
  }

  #finish(walk: Walk<T>): void {
    if (!this.#walks.delete(walk)) return;
    this.#ready.push({ job: walk.job, first: walk });
    this.#bell.ring();
  }

  /** Asks no more. What is under way is for the engine to cut off. */
  cutOff(): void {
    this.#over = true;
    this.#agenda.clear();
    this.#late.clear();
    for (const walk of [...this.#walks]) if (walk.underWay === 0) this.#finish(walk);
    this.#bell.ring();
  }
}

/** A job whose target had all endpoints asked once; null where it has no address. */
export interface FirstLook<T> {
  readonly job: T;
  readonly first: FirstRound | null;
}

/** One address on its way through its plan. */
class Walk<T> implements FirstRound {
  readonly startedAt = Date.now();
  readonly startMs = performance.now();
  readonly errors: UnitError[] = [];
  /** The place in the plan of what is asked next. */
  next = 0;
  underWay = 0;

  constructor(
    readonly job: T,
    readonly options: SpreadOptions,
    private readonly kept: readonly PlannedProbe[] | null,
    private readonly seed: number,
    readonly host: Host,
    readonly gapMs: number,
    readonly before: Promise<AskedState> | null,
    readonly seen: PackedObservations,
  ) {}

  get plan(): readonly PlannedProbe[] {
    return this.kept ?? this.options.planTarget(createRandom(this.seed));
  }

  /** What was seen, in the order of the plan; what was not asked was cut off. */
  get observations(): Observation[] {
    return this.plan.map((planned, index) => this.seen.get(index, planned) ?? this.#missing(planned));
  }

  #missing({ endpoint, probe }: PlannedProbe): Observation {
    const atMs = roundMs(performance.now() - this.startMs);
    return { endpoint, probe: probe.id, ...createErrorOutcome('cut-off', 0), atMs };
  }
}

/** A random number generator whose numbers follow from a seed of 32 bits (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
