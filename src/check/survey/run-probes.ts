import type { EndpointId } from '../../model/endpoint.js';
import type { AskedState, Observation, UnitError } from '../../model/report.js';
import type { ControlEndpoint } from '../../net/scan/control.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import { createErrorOutcome, type Outcome, type Watcher } from '../../net/scan/outcome.js';
import type { Timing } from '../../net/scan/timing.js';
import type { PlannedProbe } from '../probes/plan.js';
import type { Manner } from '../probes/probe.js';
import { MAX_LISTED } from './list-some.js';

/** UDP canaries wait for each other so long, since many systems send one ICMP error a second. */
const CANARY_GAP_MS = 1_500;
const BRIEFLY: Manner = { brief: true };

/** Looks at one endpoint of a host; a probe that crashes becomes an error of ours. */
export type Look = (planned: PlannedProbe, host: Host, manner?: Manner) => Promise<Observation>;

/** Creates the look of a survey that began at `startMs`; `errors` gets what crashes. */
export function createLook(engine: Engine, startMs: number, errors: UnitError[]): Look {
  return (planned, host, manner) =>
    new Promise((done) => {
      begin(engine, host, new Looking({ startMs, errors, done }, planned, 0), manner);
    });
}

/** What the endpoints of a survey have in common; `done` gets what was seen of each, and its number. */
interface Looks {
  readonly startMs: number;
  readonly errors: UnitError[];
  readonly done: (seen: Observation, index: number) => void;
}

/** One endpoint that is looked at. */
class Looking implements Watcher {
  constructor(
    private readonly looks: Looks,
    readonly planned: PlannedProbe,
    private readonly index: number,
  ) {}

  saw({ state, reason, rttMs, tries, evidence }: Outcome): void {
    const { endpoint, probe } = this.planned;
    const atMs = roundMs(performance.now() - this.looks.startMs);
    const rounded = rttMs === null ? null : roundMs(rttMs);
    const seen = { endpoint, probe: probe.id, state, reason, rttMs: rounded, tries, evidence, atMs };
    this.looks.done(seen, this.index);
  }

  crashed(error: unknown): void {
    const { endpoint, probe } = this.planned;
    const message = String(error).slice(0, 200);
    this.looks.errors.push({ unit: `probe/${probe.id}`, message: `${endpoint}: ${message}` });
    this.saw(createErrorOutcome('internal', 0, message));
  }
}

function begin(engine: Engine, host: Host, looking: Looking, manner: Manner | undefined): void {
  const { probe, port } = looking.planned;
  try {
    probe.run(engine, host, port, looking, manner);
  } catch (error) {
    looking.crashed(error);
  }
}

/** What the first round of a survey came to: every endpoint was asked, and nothing asked again. */
export interface FirstRound {
  readonly host: Host;
  /** In the order in which it was asked. */
  readonly plan: readonly PlannedProbe[];
  /** One for each part of the plan, in its order. */
  readonly observations: readonly Observation[];
  /** Gets what crashes later as well. */
  readonly errors: UnitError[];
  /** What the control endpoint said as it began. */
  readonly before: Promise<AskedState> | null;
  /** On the clock of `Date.now()`. */
  readonly startedAt: number;
  /** On the clock of `performance.now()`. */
  readonly startMs: number;
}

/** What the first round of a survey takes. */
export interface RunProbesOptions {
  readonly engine: Engine;
  readonly plan: readonly PlannedProbe[];
  /** Where not that of the engine. */
  readonly timing?: Timing | undefined;
  /** The services' endpoints. */
  readonly services: ReadonlySet<EndpointId>;
  readonly control: ControlEndpoint | null;
  /** Called with what was seen whenever an endpoint is settled. */
  readonly onEndpoint?: SeeEndpoint | undefined;
}

/** Told of what was seen of an endpoint, and of which address. */
export type SeeEndpoint = (seen: Observation, address: string) => void;

/** Runs all probes of an address at once; only the UDP canaries follow one another. */
export async function runProbes(address: string, options: RunProbesOptions): Promise<FirstRound> {
  const { engine, plan, services, onEndpoint = () => {} } = options;
  const [startedAt, startMs] = [Date.now(), performance.now()];
  const errors: UnitError[] = [];
  const host = engine.host(address, options.timing);
  host.unhurried = plan.some(({ wanted }) => wanted);
  const before = options.control ? options.control.ask() : null;
  const look = createLook(engine, startMs, errors);
  let canary: Promise<unknown> | null = null;
  const lookAtCanary = (planned: PlannedProbe): Promise<Observation> => {
    const earlier = canary;
    const observation = (async () => {
      if (!earlier) return look(planned, host);
      await Promise.race([earlier, engine.sleep(CANARY_GAP_MS)]);
      return look(planned, host, { until: (host.firstSentAt ?? performance.now()) + host.timing.patienceMs });
    })();
    canary = observation;
    return observation;
  };
  const observations = await new Promise<readonly Observation[]>((resolve) => {
    const seen = new Array<Observation>(plan.length);
    let left = plan.length;
    if (left === 0) resolve(seen);
    const done = (observation: Observation, index: number): void => {
      seen[index] = observation;
      onEndpoint(observation, address);
      if (--left === 0) resolve(seen);
    };
    const looks: Looks = { startMs, errors, done };
    for (const [index, planned] of plan.entries()) {
      if (planned.probe.id === 'canary-udp') void lookAtCanary(planned).then((observation) => done(observation, index));
      else begin(engine, host, new Looking(looks, planned, index), chooseManner(planned, plan.length, services));
    }
  });
  return { host, plan, observations, errors, before, startedAt, startMs };
}

/**
 * How an endpoint of a plan is asked. Where endpoints are very many, those of no service are asked briefly, so that
 * their sockets are soon free for others.
 */
export function chooseManner(
  { endpoint }: PlannedProbe,
  planned: number,
  services: ReadonlySet<EndpointId>,
): Manner | undefined {
  return planned > MAX_LISTED && !services.has(endpoint) ? BRIEFLY : undefined;
}

/** To microseconds: what is beyond them is noise, and takes a third of a report's bytes. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
