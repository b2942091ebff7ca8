import { mapConcurrently } from '../../async/map-concurrently.js';
import { endLater } from '../../async/time-limit.js';
import type { Waiver } from '../../model/change.js';
import type { AcceptedSilence } from '../../model/client.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Profile } from '../../model/profile.js';
import type { ReportData, Survey, Target } from '../../model/report.js';
import { type Control, ControlEndpoint } from '../../net/scan/control.js';
import { Engine } from '../../net/scan/engine.js';
import { listOwnAddresses } from '../../net/sockets/addresses.js';
import type { Timing } from '../../net/scan/timing.js';
import { createPlanner, type Planner, type PlanOptions } from '../probes/plan.js';
import { digestProfile, judgeSurvey, type ReportOptions } from '../judge/judge-survey.js';
import { runProbes, type SeeEndpoint } from '../survey/run-probes.js';
import { type FirstLook, Spread } from '../survey/spread.js';
import { createSurvey, finishRounds } from '../survey/survey-target.js';

/** What targets are looked at for and judged by: made once for all that share it. */
export interface Terms extends ReportOptions {
  /** What the planner is made of, for whoever makes one elsewhere. */
  readonly plan: PlanOptions;
  readonly planTarget: Planner;
  /** Endpoints that a report lists in any case. */
  readonly listed: ReadonlySet<EndpointId>;
  /** Which of the profile's sources we are. */
  readonly source: string;
}

/** What terms are made of. */
export interface TermsOptions extends Omit<ReportOptions, 'profileDigest'> {
  readonly plan: PlanOptions;
  readonly source: string;
}

/** Works out what is the same for all targets under one profile. */
export function createTerms({ plan, source, ...options }: TermsOptions): Terms {
  const { profile } = options;
  return {
    ...options,
    profileDigest: digestProfile(profile),
    source,
    plan,
    planTarget: createPlanner(plan),
    listed: new Set([...listEndpoints(profile), ...(plan.also ?? [])]),
  };
}

function listEndpoints({ services }: Profile): EndpointId[] {
  return services.flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]);
}

/** One target and its terms; its source may add what identifies it. */
export interface Job {
  readonly target: Target;
  readonly terms: Terms;
  /** Where not that of the run. */
  readonly timing?: Timing | undefined;
  /** Whether it is pinged if it answers nothing, where not as the run has it. */
  readonly ping?: boolean | undefined;
  /** Where not that of the terms. */
  readonly authorization?: string | undefined;
  /** Findings that were accepted for this target. */
  readonly waivers?: readonly Waiver[] | undefined;
  /** Who vouches for it if it answers nothing, where not the terms say so. */
  readonly silence?: AcceptedSilence | undefined;
}

export type { SeeEndpoint } from '../survey/run-probes.js';

/** What a run of many targets shares. */
export interface RunTargetsOptions {
  readonly timing: Timing;
  /** Something known to answer: proves that we can see. */
  readonly control: Control | null;
  /** Whether targets that answer nothing are pinged. */
  readonly ping?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Over what time the endpoints of each target are spread, ms; at once if not given. */
  readonly spreadMs?: number | undefined;
  /** After an abort, so long are spread targets that were under way reported, ms: there may be very many of them. */
  readonly lingerMs?: number | undefined;
  /** Called with what was seen whenever an endpoint of a target is settled. */
  readonly onEndpoint?: SeeEndpoint | undefined;
}

/** Targets under way at once while their endpoints are spread over a time. */
const SPREAD_TARGETS = 65_536;
/** So many of them may be asked again at once: that is slow, and hardly sends anything. */
const SPREAD_AGAIN = 2_048;
/** How long spread targets that were under way are reported after an abort, where not told, ms. */
const LINGER_MS = 2_000;

/**
 * Runs targets through one engine and yields their reports as they finish; nothing accumulates. After an abort what is
 * under way ends at once and is yielded as interrupted; where targets are spread over a time, for some seconds at most.
 */
export async function* runTargets<T extends Job>(
  jobs: AsyncIterable<T>,
  options: RunTargetsOptions,
): AsyncGenerator<{ readonly job: T; readonly report: ReportData }> {
  const { signal, spreadMs, onEndpoint } = options;
  const engine = new Engine(options.timing, signal);
  const control = options.control && new ControlEndpoint(engine, options.control);
  const shared = { engine, control, ownAddresses: listOwnAddresses(), signal, onEndpoint };
  const prepare = ({ terms, ping = options.ping }: T) => {
    // Where a service always answers, an echo would prove no more.
    return { ...shared, ping: ping && terms.profile.alive === undefined, listed: terms.listed, source: terms.source };
  };
  const judge = (job: T, survey: Survey) => {
    const { terms, authorization = terms.authorization, waivers, silence = terms.silence } = job;
    return { job, report: judgeSurvey(survey, { ...terms, authorization, waivers, silence }) };
  };
  const lookAtOnce = (all: AsyncIterable<T>): AsyncGenerator<FirstLook<T>> =>
    mapConcurrently(all, options.timing.targets, signal, async (job) => {
      const { target, terms, timing } = job;
      const plan = terms.planTarget();
      const first =
        target.address === null ? null : runProbes(target.address, { ...shared, plan, timing, services: terms.listed });
      return { job, first: await first };
    });
  const lookSpread = (all: AsyncIterable<T>, overMs: number): AsyncGenerator<FirstLook<T>> => {
    const spread = new Spread<T>(engine, { ...shared, overMs, targets: SPREAD_TARGETS }, ({ terms, timing }) => {
      return { planTarget: terms.planTarget, timing, services: terms.listed };
    });
    return spread.run(all);
  };
  // What is under way at an abort is all yielded, unless it may be very much.
  const late = spreadMs === undefined ? null : endLater(signal, options.lingerMs ?? LINGER_MS);
  try {
    // In two stages: what is asked again takes time, but few sockets, and keeps no new target waiting.
    const looked = spreadMs === undefined ? lookAtOnce(jobs) : lookSpread(jobs, spreadMs);
    const until = late?.signal ?? new AbortController().signal;
    const again = spreadMs === undefined ? options.timing.targets : SPREAD_AGAIN;
    const finished = mapConcurrently(looked, again, until, async ({ job, first }) => {
      return { job, rounds: await finishRounds(job.target, first, prepare(job)) };
    });
    // Only as they are taken: many targets end at the same moment, and a report is ten times as large as what it is made of.
    for await (const { job, rounds } of finished) yield judge(job, createSurvey(rounds));
  } finally {
    late?.release();
    await engine.close();
  }
}
