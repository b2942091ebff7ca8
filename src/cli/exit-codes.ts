import type { Verdict } from '../model/report.js';

/** The exit codes of every command. */
export const EXIT = {
  compliant: 0,
  violation: 1,
  /** Bad usage or input, or an error of our own. */
  failure: 2,
  inconclusive: 3,
} as const satisfies Record<Verdict | 'failure', number>;

/** The verdict of several targets: a proved violation outweighs what could not be determined. */
export function worstVerdict(a: Verdict, b: Verdict): Verdict {
  const order: readonly Verdict[] = ['compliant', 'inconclusive', 'violation'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
