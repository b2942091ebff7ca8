import { joinReports } from '../../check/judge/join-reports.js';
import { judgeSurvey } from '../../check/judge/judge-survey.js';
import { reportAbsence } from '../../check/judge/report-absence.js';
import type { ReportData, Survey } from '../../model/report.js';
import type { LookJob } from '../sweep/list-looks.js';
import { sourceOf } from './compose-order.js';
import { emptySurvey, type VantageSurvey } from './remote-looks.js';

/**
 * Makes one report of what all vantages brought of a slot: each judged for the source that its vantage is, then joined.
 * Where none could look, the report says so, and counts as one of a sweep that cannot see.
 */
export function judgeLooks(job: LookJob, brought: readonly VantageSurvey[]): ReportData {
  const looks = brought.map((look) => asOrdered(job, look));
  const { terms, waivers, authorization = terms.authorization, silence } = job;
  const options = { ...terms, authorization, waivers, silence };
  const reports = looks.map(({ place, survey, trouble }) => ({
    name: place.name,
    report: survey && judgeSurvey(survey, options),
    trouble,
  }));
  return joinReports(reports, options) ?? reportAbsence(emptySurvey(job), reports, options);
}

/**
 * Whose address it was, which source a vantage is, and that it was neither before it was ordered nor tomorrow, is ours
 * to say: a worker that says otherwise is out of order, or no one's friend.
 */
function asOrdered({ target, terms }: LookJob, look: VantageSurvey): VantageSurvey {
  const { place, survey, orderedAt } = look;
  if (!survey) return look;
  // A worker gives back what it could not bring to its end.
  if (survey.interrupted) return { ...look, survey: null, trouble: 'its look was cut off' };
  const missing = target.address === null ? 0 : countMissing(terms, survey);
  if (missing > 0) return { ...look, survey: null, trouble: `its look lacks ${missing} of the endpoints of services` };
  const said = Date.parse(survey.startedAt);
  const at = Math.min(Math.max(said, orderedAt?.getTime() ?? said), Date.now());
  const vantage = { ...survey.vantage, source: sourceOf(place, terms.profile) };
  return { ...look, survey: { ...survey, target, vantage, startedAt: new Date(at).toISOString() } };
}

/** How many endpoints of services were to be asked, and are not in a survey: what no one saw is not shut. */
function countMissing({ planTarget, listed }: LookJob['terms'], { observations }: Survey): number {
  const seen = new Set(observations.map(({ endpoint }) => endpoint));
  return planTarget().filter(({ endpoint }) => listed.has(endpoint) && !seen.has(endpoint)).length;
}
