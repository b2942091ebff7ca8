import { sayReport } from '../check/judge/say-report.js';
import { chooseTiming } from '../check/run/run-options.js';
import { createTerms, runTargets } from '../check/run/run-targets.js';
import { addressScope } from '../model/address.js';
import type { Profile } from '../model/profile.js';
import type { Observation, Report, Target } from '../model/report.js';
import type { TimingName } from '../net/scan/timing.js';

/** Sockets of one check: others may be under way. */
const MAX_SOCKETS = 512;

/** A check of a caller. */
export interface CheckCallerOptions {
  readonly address: string;
  /** Who asked for it: what the report says of its authorisation. */
  readonly authorization: string;
  readonly profile: Profile;
  readonly source: string;
  readonly timing: TimingName;
  readonly signal: AbortSignal;
  /** Told of each endpoint when it is settled, and of how many there are. */
  readonly onProgress?: ((seen: Observation, total: number) => void) | undefined;
}

/**
 * Checks the address of a caller, canaries included. After an abort the report tells what was seen until then; null
 * where that is nothing.
 */
export async function checkCaller(options: CheckCallerOptions): Promise<Report | null> {
  const { address, authorization, profile, source, signal, onProgress } = options;
  const terms = createTerms({ profile, plan: { profile, canaries: true }, source, authorization, failOn: 'low' });
  const total = terms.planTarget().length;
  const timing = chooseTiming({ timing: options.timing, maxSockets: MAX_SOCKETS }, total);
  const onEndpoint = (seen: Observation): void => onProgress?.(seen, total);
  const scope = addressScope(address) ?? null;
  const target: Target = { input: address, address, name: null, resolvedAt: null, scope, problem: null };
  const jobs = async function* () {
    yield await Promise.resolve({ target, terms });
  };
  for await (const { report } of runTargets(jobs(), { timing, control: null, signal, onEndpoint }))
    return sayReport(report);
  return null;
}
