import { askAgain } from './ask-again.js';
import { identify } from '../fingerprints/registry.js';
import { addressScope } from '../../model/address.js';
import { isCanary } from '../../model/canary.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { Liveness, Observation, Survey, Target, UnitError, Vantage } from '../../model/report.js';
import type { ControlEndpoint } from '../../net/scan/control.js';
import type { Engine } from '../../net/scan/engine.js';
import type { Host } from '../../net/scan/host.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import { createErrorOutcome, type Outcome } from '../../net/scan/outcome.js';
import type { Timing } from '../../net/scan/timing.js';
import type { PlannedProbe } from '../probes/plan.js';

/** UDP canaries wait for each other so long, since many systems send one ICMP error a second. */
const CANARY_GAP_MS = 1_500;
/** With more endpoints than this, closed and silent ones that belong to no service are counted, not listed. */
const MAX_LISTED = 1_000;

/** What a survey needs besides its target. */
export interface SurveyOptions {
  readonly engine: Engine;
  readonly plan: readonly PlannedProbe[];
  /** Where not that of the engine. */
  readonly timing?: Timing | undefined;
  /** Endpoints that are listed in any case. */
  readonly listed: ReadonlySet<EndpointId>;
  /** Which of the profile's sources we are. */
  readonly source: string;
  readonly control: ControlEndpoint | null;
  /** The addresses of this machine. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Probes one target and identifies what answers: everything that is seen, and no judgement. */
export async function surveyTarget(target: Target, options: SurveyOptions): Promise<Survey> {
  const { engine, plan, signal } = options;
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const errors: UnitError[] = [];
  let observations: Observation[] = [];
  let vantage: Vantage = {
    source: options.source,
    address: null,
    scope: null,
    ownAddress: false,
    control: null,
  };
  let liveness: Liveness = { srttMs: null, answers: 0, lost: 0, recheck: [] };
  if (target.address !== null) {
    const host = engine.host(target.address, options.timing);
    const look = createLook(engine, startMs, errors);
    const [before, first] = await Promise.all([options.control?.ask(), runProbes(engine, host, plan, look)]);
    const local = host.localAddress ?? (await findLocalAddress(target.address));
    const services = options.listed;
    const seen = await askAgain(first, { engine, host, plan, services, look, signal });
    const after = options.control ? await options.control.ask() : null;
    observations = [...seen.observations].sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
    vantage = {
      ...vantage,
      address: local,
      scope: local === null ? null : (addressScope(local) ?? null),
      ownAddress: target.scope === 'loopback' || options.ownAddresses.has(target.address),
      control: options.control && before ? { endpoint: options.control.control.label, before, after } : null,
    };
    const { smoothedMs } = host.rtt;
    liveness = {
      srttMs: smoothedMs === null ? null : roundMs(smoothedMs),
      answers: host.answers,
      lost: host.lost,
      recheck: [...seen.recheck],
    };
  }
  const { listed, unlisted } = summarise(observations, options.listed);
  return {
    target,
    vantage,
    startedAt,
    durationMs: roundMs(performance.now() - startMs),
    interrupted: signal.aborted,
    liveness,
    observations: listed.map((observation) => {
      const found = identify(observation);
      errors.push(...found.errors);
      return { ...observation, identity: found.identity };
    }),
    unlisted,
    errors,
  };
}

/** Looks at one endpoint of a host; a probe that crashes becomes an error of ours. */
type Look = (planned: PlannedProbe, host: Host, until?: number) => Promise<Observation>;

// No async function: there are thousands of these in flight, and each frame costs memory.
function createLook(engine: Engine, startMs: number, errors: UnitError[]): Look {
  return ({ endpoint, port, probe }, host, until) => {
    const observe = (outcome: Outcome): Observation => {
      const rttMs = outcome.rttMs === null ? null : roundMs(outcome.rttMs);
      return { endpoint, probe: probe.id, ...outcome, rttMs, atMs: roundMs(performance.now() - startMs) };
    };
    const fail = (error: unknown): Observation => {
      const message = String(error).slice(0, 200);
      errors.push({ unit: `probe/${probe.id}`, message: `${endpoint}: ${message}` });
      return observe(createErrorOutcome('internal', 0, message));
    };
    try {
      return probe.run(engine, host, port, until).then(observe, fail);
    } catch (error) {
      return Promise.resolve(fail(error));
    }
  };
}

/** Runs all probes at once; only the UDP canaries follow one another. */
async function runProbes(
  engine: Engine,
  host: Host,
  plan: readonly PlannedProbe[],
  look: Look,
): Promise<Observation[]> {
  let canary: Promise<unknown> | null = null;
  return Promise.all(
    plan.map((planned) => {
      if (planned.probe.id !== 'canary-udp') return look(planned, host);
      const earlier = canary;
      const observation = (async () => {
        if (!earlier) return look(planned, host);
        await Promise.race([earlier, engine.sleep(CANARY_GAP_MS)]);
        return look(planned, host, (host.firstSentAt ?? performance.now()) + host.timing.patienceMs);
      })();
      canary = observation;
      return observation;
    }),
  );
}

function summarise(observations: readonly Observation[], always: ReadonlySet<EndpointId>) {
  const unlisted: Record<string, number> = {};
  if (observations.length <= MAX_LISTED) return { listed: observations, unlisted };
  const listed = observations.filter(({ endpoint, probe, state, reason }) => {
    const keep = state === 'open' || state === 'error' || isCanary({ probe }) || always.has(endpoint);
    if (!keep) unlisted[`${state}/${reason}`] = (unlisted[`${state}/${reason}`] ?? 0) + 1;
    return keep;
  });
  return { listed, unlisted };
}

/** To microseconds: what is beyond them is noise, and takes a third of a report's bytes. */
function roundMs(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
