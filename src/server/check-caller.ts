import { chooseTiming } from '../run-options.js';
import { createTerms, runTargets } from '../run-targets.js';
import { addressScope } from '../model/address.js';
import type { Profile } from '../model/profile.js';
import type { Report, Target } from '../model/report.js';
import type { TimingName } from '../net/timing.js';

/** Sockets of one check: others may be under way. */
const MAX_SOCKETS = 512;

export interface CheckCallerOptions {
  readonly address: string;
  /** Name of the token. */
  readonly token: string;
  readonly profile: Profile;
  readonly source: string;
  readonly timing: TimingName;
  readonly signal: AbortSignal;
}

/**
 * Checks the address of a caller, canaries included. After an abort the report tells what was seen until then; null
 * where that is nothing.
 */
export async function checkCaller(options: CheckCallerOptions): Promise<Report | null> {
  const { address, token, profile, source, signal } = options;
  const authorization = `asked by token ${token} from its own address`;
  const terms = createTerms({ profile, plan: { profile, canaries: true }, source, authorization, failOn: 'low' });
  const timing = chooseTiming({ timing: options.timing, maxSockets: MAX_SOCKETS }, terms.planTarget().length);
  const scope = addressScope(address) ?? null;
  const target: Target = { input: address, address, name: null, resolvedAt: null, scope, problem: null };
  const jobs = async function* () {
    yield await Promise.resolve({ target, terms });
  };
  for await (const { report } of runTargets(jobs(), { timing, control: null, signal })) return report;
  return null;
}
