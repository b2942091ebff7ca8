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

/** The worst in a few words, safe to show; null if there is nothing to say but why it is not checked. */
export function describeWorst(row: ClientStanding): string | null {
  const { worst, standing, accepted } = rankIssues(row.state);
  if (worst) {
    const place = worst.endpoint === null ? '' : `${worst.endpoint} `;
    const more = standing.length > 1 ? `+${standing.length - 1} ` : '';
    return `${SEVERITY_MARKS[worst.severity].label} ${more}${place}${forTerminal(worst.title)}`;
  }
  const listed = listedAs(row);
  if (listed === 'no-answer') return 'nothing answers, and nothing vouches for the line';
  if (listed === 'inconclusive') return 'could not be determined';
  return listed === 'compliant' && accepted > 0 ? `${accepted} accepted` : null;
}
