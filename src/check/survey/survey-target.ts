import { askAgain } from './ask-again.js';
import { listSome } from './list-some.js';
import { createLook, type FirstRound, roundMs, runProbes, type SeeEndpoint } from './run-probes.js';
import { identify } from '../fingerprints/registry.js';
import { addressScope } from '../../model/address.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Liveness, Observation, Survey, Target, Vantage } from '../../model/report.js';
import type { ControlEndpoint } from '../../net/scan/control.js';
import { askPing } from '../../system/ping.js';
import type { Engine } from '../../net/scan/engine.js';
import { NO_EVIDENCE } from '../../net/scan/outcome.js';
import { findLocalAddress } from '../../net/sockets/addresses.js';
import type { Timing } from '../../net/scan/timing.js';
import type { PlannedProbe } from '../probes/plan.js';

/** What a report keeps of what was asked again. */
const MAX_RECHECKED = 32;

/** What a survey needs besides its target. */
export interface SurveyOptions extends FinishOptions {
  readonly plan: readonly PlannedProbe[];
  /** Where not that of the engine. */
  readonly timing?: Timing | undefined;
  /** Called whenever an endpoint is settled. */
  readonly onEndpoint?: SeeEndpoint | undefined;
}

/** What a survey needs once every endpoint was asked. */
export interface FinishOptions {
  readonly engine: Engine;
  /** The services' endpoints, which are listed in any case. */
  readonly listed: ReadonlySet<EndpointId>;
  /** Which of the profile's sources we are. */
  readonly source: string;
  readonly control: ControlEndpoint | null;
  /** Whether a target that answers nothing is pinged. */
  readonly ping?: boolean | undefined;
  /** The addresses of this machine. */
  readonly ownAddresses: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Probes one target and identifies what answers: everything that is seen, and no judgement. */
export async function surveyTarget(target: Target, options: SurveyOptions): Promise<Survey> {
  const { address } = target;
  const first = address === null ? null : await runProbes(address, { ...options, services: options.listed });
  return createSurvey(await finishRounds(target, first, options));
}

/** A survey as long as no one has said what answered. */
export interface Rounds extends Omit<Survey, 'observations' | 'unlisted'> {
  /** All of them, in the order in which they were asked. */
  readonly seen: readonly Observation[];
  /** Endpoints that are listed in any case. */
  readonly listed: ReadonlySet<EndpointId>;
}

/** Goes on where every endpoint of a target was asked: asks again what is in doubt. Null where it has no address. */
export async function finishRounds(target: Target, first: FirstRound | null, options: FinishOptions): Promise<Rounds> {
  const { engine, signal } = options;
  const startMs = first?.startMs ?? performance.now();
  const errors = first?.errors ?? [];
  let observations: readonly Observation[] = [];
  let vantage: Vantage = {
    source: options.source,
    address: null,
    scope: null,
    ownAddress: false,
    control: null,
  };
  let liveness: Liveness = { srttMs: null, answers: 0, lost: 0, recheck: [] };
  if (target.address !== null && first) {
    const { host } = first;
    const before = await first.before;
    const local = host.localAddress ?? (await findLocalAddress(target.address));
    const seen = await askAgain(first.observations, {
      engine,
      host,
      plan: first.plan,
      services: options.listed,
      look: createLook(engine, startMs, errors),
      ping: options.ping ? askPing : null,
      signal,
    });
    const after = options.control ? await options.control.ask() : null;
    observations = seen.observations;
    vantage = {
      ...vantage,
      address: local,
      scope: local === null ? null : (addressScope(local) ?? null),
      ownAddress: target.scope === 'loopback' || target.address === local || options.ownAddresses.has(target.address),
      control: options.control && before ? { endpoint: options.control.control.label, before, after } : null,
    };
    const { smoothedMs } = host.rtt;
    liveness = {
      srttMs: smoothedMs === null ? null : roundMs(smoothedMs),
      answers: host.answers,
      lost: host.lost,
      recheck: seen.recheck.slice(0, MAX_RECHECKED),
      ...(seen.unasked !== undefined && { unasked: seen.unasked }),
      ...(seen.stoodStillMs !== undefined && { stoodStillMs: seen.stoodStillMs }),
      ...(seen.echo && { echo: seen.echo }),
    };
  }
  return {
    target,
    vantage,
    startedAt: new Date(first?.startedAt ?? Date.now()).toISOString(),
    durationMs: roundMs(performance.now() - startMs),
    interrupted: signal.aborted,
    liveness,
    seen: observations,
    listed: options.listed,
    errors,
  };
}

/** Lists what was seen and identifies what answered. */
export function createSurvey({ seen, listed: always, ...rounds }: Rounds): Survey {
  const { listed, unlisted } = listSome(seen, always);
  const errors = [...rounds.errors];
  const observations = listed.map((observation) => {
    if (observation.evidence === NO_EVIDENCE) return { ...observation, identity: null };
    const found = identify(observation);
    errors.push(...found.errors);
    return { ...observation, identity: found.identity };
  });
  return { ...rounds, observations, unlisted, errors };
}
