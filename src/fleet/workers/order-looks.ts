import { createTerms, type Job, type Terms } from '../../check/run/run-targets.js';
import { type Exclusion, refuseScope } from '../../files/targets/guard.js';
import { addressScope } from '../../model/address.js';
import { authorizationProblem } from '../../model/client.js';
import type { LookKey, WorkLook, WorkOrder } from '../../model/work.js';
import { slowDown, type Timing } from '../../net/scan/timing.js';

/** What a worker allows, whoever orders what. */
export interface WorkerGuard {
  readonly exclude: Exclusion;
  readonly allowSpecial: boolean;
  readonly timing: Timing;
}

/** A look that a worker makes. */
export interface OrderedJob extends Job {
  readonly key: LookKey;
}

/** A look that a worker refuses, and why. */
export interface RefusedLook {
  readonly key: LookKey;
  readonly why: string;
}

/**
 * What a worker makes of an order. Authorisations, exclusions and the guard of special addresses are enforced here as
 * they are where the order was made: a worker sends to no one just because it was told to.
 */
export function readOrder(
  order: WorkOrder,
  guard: WorkerGuard,
  now: Date,
): { readonly jobs: readonly OrderedJob[]; readonly refused: readonly RefusedLook[] } {
  const terms: readonly Terms[] = order.terms.map(({ profile, source, failOn, plan }) =>
    // The order has no keys that it does not need, and no others.
    createTerms({
      profile,
      plan: { ...(plan as Omit<Terms['plan'], 'profile'>), profile },
      source,
      failOn,
      authorization: null,
    }),
  );
  const timing = share(guard.timing, order.share);
  const slow = slowDown(timing);
  const jobs: OrderedJob[] = [];
  const refused: RefusedLook[] = [];
  for (const look of order.looks) {
    const why = refuse(look, order, guard, now);
    const its = terms[look.terms];
    if (why !== null || !its) refused.push({ key: look.key, why: why ?? 'the order is not complete' });
    else
      jobs.push({
        key: look.key,
        target: look.target,
        terms: its,
        ping: order.ping,
        timing: look.slow ? slow : timing,
      });
  }
  return { jobs, refused };
}

/** The pace of one of several vantages that look at the same networks at the same time: together they keep to it. */
function share(timing: Timing, vantages: number): Timing {
  if (vantages === 1) return timing;
  return { ...timing, hostGapMs: timing.hostGapMs * vantages, networkGapMs: timing.networkGapMs * vantages };
}

function refuse({ target, authorization }: WorkLook, order: WorkOrder, guard: WorkerGuard, now: Date): string | null {
  const { address, name } = target;
  if (address === null) return 'there is no address to look at';
  if (guard.exclude.covers(address) || (name !== null && guard.exclude.covers(name)))
    return `the worker has ${name ?? address} among its exclusions`;
  const scope = addressScope(address);
  const what = scope === undefined ? 'no address' : refuseScope(scope, guard.allowSpecial && order.allowSpecial);
  if (what !== null) return `${address} is ${what}`.slice(0, 500);
  if (authorization === null) return order.kind === 'check' ? null : 'no authorisation is given';
  const { timeZone, ...given } = authorization;
  return authorizationProblem({ authorization: given, timeZone }, now);
}
