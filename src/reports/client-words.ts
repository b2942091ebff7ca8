import { rankIssues } from '../model/rank-issues.js';
import { type ClientStanding, listedAs } from '../model/standing.js';
import { forTerminal } from '../words/escape.js';
import { SEVERITY_MARKS } from './paint.js';

/** The address of a row, and the name that it stands for. */
export function describePlace({ slot, state }: ClientStanding): string {
  return state.address === null || state.address === slot ? slot : `${slot} ${state.address}`;
}

/** Why it is not checked, safe to show; null if it is. */
export function describeProblem({ problem }: ClientStanding): string | null {
  return problem === null ? null : `not checked: ${forTerminal(problem)}`;
}

/**
 * The worst in a few words, safe to show; null if there is nothing to say but why it is not checked. Where words
 * may be cut off at the end, how many more there are and the endpoint come first; otherwise each is said once, in full.
 */
export function describeWorst(row: ClientStanding, length: 'short' | 'full' = 'short'): string | null {
  const { worst, standing, accepted } = rankIssues(row.state);
  if (worst) {
    const { endpoint, title } = worst;
    const isNamed = endpoint === null || (length === 'full' && title.split(/[\s(),:]+/).includes(endpoint));
    const words = `${isNamed ? '' : `${endpoint} `}${forTerminal(title)}`;
    const { label } = SEVERITY_MARKS[worst.severity];
    const more = standing.length - 1;
    if (more === 0) return `${label} ${words}`;
    return length === 'short' ? `${label} +${more} ${words}` : `${label} ${words}, and ${more} more`;
  }
  const listed = listedAs(row);
  if (listed === 'no-answer') return 'nothing answers, and nothing vouches for the line';
  if (listed === 'inconclusive') return 'could not be determined';
  return listed === 'compliant' && accepted > 0 ? `${accepted} accepted` : null;
}
