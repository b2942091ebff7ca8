import { authorizationProblem, type RosterStanding } from '../../model/client.js';
import { CLOCK_DOUBT_MS, type NotChecked } from '../../model/not-checked.js';

/** When it is asked, and since when a look is too old. */
interface Clock {
  readonly now: Date;
  readonly staleBefore: Date;
}

/** What is known of a listed address. */
interface Listed {
  /** Whether any look has counted. */
  readonly isKnown: boolean;
  /** When it was last looked at, ms since 1970. */
  readonly lookedAt: number;
  /** When a look last counted for how it stands, ms since 1970. */
  readonly countedAt: number;
  /** Why the newest look sent nothing; null if it was a check. */
  readonly problem: string | null;
  /**
   * By its inventory; null if it may be checked for ever, `gone` if no inventory has its client any more, `removed` if
   * that of its client does not have the address any more.
   */
  readonly standing: RosterStanding | keyof typeof GONE | null;
}

const DAY_MS = 86_400_000;

/** Why a listed address is not checked now, or was not for long; null if all is well. */
export function judgeListed(
  { isKnown, lookedAt, countedAt, problem, standing }: Listed,
  clock: Clock,
): NotChecked | null {
  const barred = standing && (typeof standing === 'string' ? GONE[standing] : judgeStanding(standing, clock.now));
  const cause = barred ?? (problem === null ? null : ({ why: 'failed', reason: problem } as const));
  if (!isKnown && !cause) return UNCOUNTED;
  const ageMs = clock.now.getTime() - countedAt;
  if (countedAt >= clock.staleBefore.getTime() && ageMs >= -CLOCK_DOUBT_MS) return cause;
  const age = sayAge(ageMs, countedAt < lookedAt ? 'no check that counts' : 'no check');
  return cause ? { ...cause, reason: `${age}: ${cause.reason}` } : { why: 'stale', reason: age };
}

/** Says how long ago the last check of an address was, as a phrase. */
export function sayAge(ageMs: number, check = 'no check'): string {
  return ageMs < 0
    ? 'the time of its last check is still to come: a clock was wrong'
    : `${check} for ${renderAge(ageMs)}`;
}

function renderAge(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days < 1 ? 'hours' : days === 1 ? '1 day' : `${days} days`;
}

/** Why a client of an inventory has addresses that are not listed: it may not be checked, or was not yet. */
export function judgeUnswept(
  { standing, retiredAt }: { readonly standing: RosterStanding; readonly retiredAt: string | null },
  now: Date,
): NotChecked {
  const barred = judgeStanding(standing, now);
  if (barred) return barred;
  if (retiredAt === null) return { why: 'new', reason: 'no sweep has checked it yet' };
  return { why: 'retired', reason: `retired on ${retiredAt.slice(0, 10)}, but the inventory has it` };
}

export const UNCOUNTED: NotChecked = { why: 'uncounted', reason: 'no check has counted yet' };

/** What is in an inventory no more. */
export const GONE = {
  gone: { why: 'gone', reason: 'no inventory has it any more' },
  removed: { why: 'gone', reason: 'the inventory does not have this address any more' },
} as const satisfies Readonly<Record<string, NotChecked>>;

function judgeStanding(standing: RosterStanding, now: Date): NotChecked | null {
  if (standing.paused) return { why: 'paused', reason: 'it is paused' };
  const problem = authorizationProblem(standing, now);
  return problem === null ? null : { why: 'unauthorised', reason: problem };
}
