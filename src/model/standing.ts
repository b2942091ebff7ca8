import type { SaidSlotState, SlotState } from './change.js';
import type { ClientCard } from './client.js';
import type { NotChecked } from './not-checked.js';
import { type ReportData, type Verdict, VERDICTS } from './report.js';

/** How a site stands, as it is shown and filtered: the verdict, with silence that nothing vouches for told apart. */
export const STANDINGS = [...VERDICTS, 'no-answer'] as const;
export type Standing = (typeof STANDINGS)[number];

/** The standings of what a customer is told of, worst first. */
export const WORST_FIRST: readonly Standing[] = ['violation', 'no-answer', 'inconclusive', 'compliant'];

/** The verdict of several targets: a proved violation outweighs what could not be determined. */
export function worstVerdict(a: Verdict, b: Verdict): Verdict {
  const order: readonly Verdict[] = ['compliant', 'inconclusive', 'violation'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** How a report says that the site stands. */
export function standingOf({ verdict, findings }: Pick<ReportData, 'verdict' | 'findings'>): Standing {
  const silent = findings.some(({ about, effect }) => about === 'silence' && effect === 'inconclusive');
  return verdict === 'inconclusive' && silent ? 'no-answer' : verdict;
}

/** How a slot of a client stands. */
export function standingOfSlot({ verdict, noAnswer }: Pick<SlotState, 'verdict' | 'noAnswer'>): Standing {
  return verdict === 'inconclusive' && noAnswer ? 'no-answer' : verdict;
}

/** How an address of a client stands, or the addresses of a client of which nothing is known. */
export interface ClientStanding {
  readonly client: ClientCard;
  readonly slot: string;
  readonly state: SaidSlotState;
  /** Since when; null if it was never looked at. ISO 8601, as below. */
  readonly at: string | null;
  /** When a look last came to this verdict; null if none has counted. */
  readonly seenAt: string | null;
  /** Why it is not checked, or was not for long, in words and for programs; null if all is well. */
  readonly problem: string | null;
  readonly why: NotChecked['why'] | null;
}

/** What an address counts as in a list of clients. */
export type Listed = Standing | 'not-checked';

/** The same, worst first. */
export const WORST_LISTED_FIRST: readonly Listed[] = [
  'violation',
  'no-answer',
  'inconclusive',
  'not-checked',
  'compliant',
];

/**
 * What an address counts as, in every list and every count: a violation that stands is one, whatever the last check
 * could see; and of what is not checked, or not for long, nothing else is known.
 */
export function listedAs({ state, seenAt, problem }: Pick<ClientStanding, 'state' | 'seenAt' | 'problem'>): Listed {
  const stands = state.verdict === 'violation' || Object.values(state.issues).some(({ waived }) => !waived);
  if (stands) return 'violation';
  return seenAt === null || problem !== null ? 'not-checked' : standingOfSlot(state);
}

/** What a client counts as that has these addresses: as the worst of them, and of none nothing is known. */
export function worstListed(standings: readonly Pick<ClientStanding, 'state' | 'seenAt' | 'problem'>[]): Listed {
  const all = new Set(standings.map(listedAs));
  return WORST_LISTED_FIRST.find((one) => all.has(one)) ?? 'not-checked';
}
