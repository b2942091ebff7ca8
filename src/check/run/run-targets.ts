import { mapConcurrently } from '../../async/map-concurrently.js';
import type { Waiver } from '../../model/change.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Profile } from '../../model/profile.js';
import type { ReportData, Target } from '../../model/report.js';
import { type Control, ControlEndpoint } from '../../net/scan/control.js';
import { Engine } from '../../net/scan/engine.js';
import { listOwnAddresses } from '../../net/sockets/addresses.js';
import type { Timing } from '../../net/scan/timing.js';
import { createPlanner, type Planner, type PlanOptions } from '../probes/plan.js';
import { digestProfile, judgeSurvey, type ReportOptions } from '../judge/judge-survey.js';
import { surveyTarget } from '../survey/survey-target.js';

/** What targets are looked at for and judged by: made once for all that share it. */
export interface Terms extends ReportOptions {
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
    planTarget: createPlanner(plan),
    listed: listEndpoints(profile),
  };
}

function listEndpoints({ services }: Profile): ReadonlySet<EndpointId> {
  return new Set(services.flatMap(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints]));
}

/** One target and its terms; its source may add what identifies it. */
export interface Job {
  readonly target: Target;
  readonly terms: Terms;
  /** Where not that of the run. */
  readonly timing?: Timing | undefined;
  /** Where not that of the terms. */
  readonly authorization?: string | undefined;
  /** Findings that were accepted for this target. */
  readonly waivers?: readonly Waiver[] | undefined;
}

/** What a run of many targets shares. */
export interface RunTargetsOptions {
  readonly timing: Timing;
  /** Something known to answer: proves that we can see. */
  readonly control: Control | null;
  readonly signal: AbortSignal;
}

/**
 * Runs targets through one engine and yields their reports as they finish; nothing accumulates. After an abort what is
 * under way ends at once and is yielded as interrupted.
 */
export async function* runTargets<T extends Job>(
  jobs: AsyncIterable<T>,
  options: RunTargetsOptions,
): AsyncGenerator<{ readonly job: T; readonly report: ReportData }> {
  const { signal } = options;
  const engine = new Engine(options.timing, signal);
  const control = options.control && new ControlEndpoint(engine, options.control);
  const shared = { engine, control, ownAddresses: listOwnAddresses(), signal };
  try {
    yield* mapConcurrently(jobs, options.timing.targets, signal, async (job) => {
      const { target, terms, timing, authorization = terms.authorization, waivers } = job;
      const { planTarget, listed, source } = terms;
      const survey = await surveyTarget(target, { ...shared, plan: planTarget(), timing, listed, source });
      return { job, report: judgeSurvey(survey, { ...terms, authorization, waivers }) };
    });
  } finally {
    await engine.close();
  }
}
