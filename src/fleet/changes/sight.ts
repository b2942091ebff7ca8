import { kindOfAnswer, wasHeard } from '../../model/answer-kind.js';
import type { Issue } from '../../model/change.js';
import type { Reason, ReportData, ReportedObservation } from '../../model/report.js';

/*
 * Gone from sight is not gone. An exposure that a look does not show is over only where the look shows that we were let
 * see: something lives there, and it is not just that all is refused now in a way in which this site never refused.
 */

/** The kinds of refusal among what was seen, in order. */
export function listRefusals(observations: readonly ReportedObservation[]): Reason[] {
  return [...new Set(observations.filter(isRefusal).map(({ reason }) => reason))].sort();
}

/**
 * Whether a look shows that the site lets us see, so far as an exposure there is concerned: of several vantages, any of
 * them.
 */
export function isInSight(
  report: ReportData,
  { endpoint }: Pick<Issue, 'endpoint'>,
  refusals?: readonly Reason[],
): boolean {
  if (report.vantages) return listSeeing(report).some((own) => isInSight(own, { endpoint }, refusals));
  return showsLife(report, refusals) && !isRefusedAnew(report, endpoint, refusals);
}

/** The reports of the vantages that could see. */
function listSeeing({ vantages = [] }: ReportData): ReportData[] {
  return vantages.flatMap(({ report }) => (report && !isBlind(report) ? [report] : []));
}

/** Whether our own vantage was broken, or inside the site: nothing that it saw or did not see says anything. */
export function isBlind({ findings }: ReportData): boolean {
  return findings.some(({ about, effect }) => about === 'vantage' && effect === 'inconclusive');
}

/** Whether a look that does not show an exposure lost sight of it, rather than failed on our own side. */
export function losesSight(report: ReportData, issue: Pick<Issue, 'endpoint'>, refusals?: readonly Reason[]): boolean {
  const { findings, observations, interrupted } = report;
  if (interrupted || isBlind(report)) return false;
  if (!observations.some(({ state }) => state !== 'error')) return false;
  const shutOut = findings.some(({ rule, effect }) => rule === 'blacklisted-mid-check' && effect === 'inconclusive');
  return shutOut || !isInSight(report, issue, refusals);
}

/**
 * Whether something at the address itself was heard. That it cannot be reached may be said by any router on the way,
 * our own too, so that it counts only at a site that refuses like this.
 */
export function showsLife(report: ReportData, refusals: readonly Reason[] = []): boolean {
  return wasHeard(report) || report.observations.some(({ reason }) => refusals.includes(reason));
}

/** All that answers where the exposure was, over its transport, refuses in kinds that the site did not use. */
function isRefusedAnew(
  { observations }: ReportData,
  endpoint: Issue['endpoint'],
  refusals?: readonly Reason[],
): boolean {
  if (!refusals) return false;
  const transport = endpoint?.slice(0, 4) ?? '';
  const answers = observations.filter(
    (seen) => seen.endpoint.startsWith(transport) && (seen.state === 'open' || isRefusal(seen)),
  );
  return answers.length > 0 && answers.every(({ state, reason }) => state !== 'open' && !refusals.includes(reason));
}

function isRefusal({ reason }: ReportedObservation): boolean {
  const kind = kindOfAnswer(reason);
  return kind === 'refused' || kind === 'unreachable';
}
