import type { Observation, Reason, State } from '../../model/report.js';
import type { PlannedProbe } from '../probes/plan.js';

/** An outcome but for its times and evidence, of which most endpoints have none. */
interface CommonOutcome {
  readonly state: State;
  readonly reason: Reason;
  readonly tries: number;
}

/** A number keeps a common outcome's place in this many, and a time in microseconds above it. */
const MOST_COMMON = 1_024;

/** The outcomes that the endpoints of many targets have in common: each is kept once, and known by its place. */
export class CommonOutcomes {
  readonly #places = new Map<string, number>();
  readonly #outcomes: CommonOutcome[] = [];

  /** The place of an observation's outcome; null if there are too many outcomes. */
  place({ state, reason, tries }: Observation): number | null {
    const name = `${state} ${reason} ${tries}`;
    let place = this.#places.get(name);
    if (place === undefined) {
      if (this.#outcomes.length === MOST_COMMON) return null;
      place = this.#outcomes.push({ state, reason, tries }) - 1;
      this.#places.set(name, place);
    }
    return place;
  }

  /** The outcome of a place. */
  at(place: number): CommonOutcome {
    return this.#outcomes[place]!;
  }
}

/**
 * The observations of one target's plan, in two numbers each: tens of thousands of targets have theirs at the same time
 * while a run is spread over hours. Those with evidence are few, and kept whole.
 */
export class PackedObservations {
  /** Two an endpoint: place and time, and the round trip; negative where there is none. */
  readonly #figures: number[];
  #whole: Map<number, Observation> | null = null;

  constructor(
    private readonly common: CommonOutcomes,
    count: number,
  ) {
    // Of fractions, so that the numbers lie in the array itself.
    this.#figures = new Array<number>(2 * count).fill(-0.5);
  }

  /** Keeps the observation of an endpoint by its place in the plan. */
  set(index: number, observation: Observation): void {
    const place = Object.keys(observation.evidence).length > 0 ? null : this.common.place(observation);
    if (place === null) {
      (this.#whole ??= new Map()).set(index, observation);
      return;
    }
    this.#figures[2 * index] = Math.round(observation.atMs * 1_000) * MOST_COMMON + place;
    this.#figures[2 * index + 1] = observation.rttMs ?? -0.5;
  }

  /** The observation of an endpoint of the plan; null if none was kept. */
  get(index: number, { endpoint, probe }: PlannedProbe): Observation | null {
    const figure = this.#figures[2 * index]!;
    if (figure < 0) return this.#whole?.get(index) ?? null;
    const atMs = Math.floor(figure / MOST_COMMON) / 1_000;
    const rttMs = this.#figures[2 * index + 1]!;
    const { state, reason, tries } = this.common.at(figure % MOST_COMMON);
    return { endpoint, probe: probe.id, state, reason, rttMs: rttMs < 0 ? null : rttMs, tries, evidence: {}, atMs };
  }
}
