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
 * Whose address it was, which source a vantage is, and that it cannot have been tomorrow, is ours to say: a worker that
 * says otherwise is out of order, or no one's friend.
 */
function asOrdered({ target, terms }: LookJob, { place, survey, trouble }: VantageSurvey): VantageSurvey {
  if (!survey) return { place, survey, trouble };
  // A worker gives back what it could not bring to its end.
  if (survey.interrupted) return { place, survey: null, trouble: 'its look was cut off' };
  const missing = target.address === null ? 0 : countMissing(terms, survey);
  if (missing > 0) return { place, survey: null, trouble: `its look lacks ${missing} of the endpoints of services` };
  const now = new Date().toISOString();
  const startedAt = Date.parse(survey.startedAt) > Date.parse(now) ? now : survey.startedAt;
  const vantage = { ...survey.vantage, source: sourceOf(place, terms.profile) };
  return { place, survey: { ...survey, target, vantage, startedAt }, trouble };
}

/** How many endpoints of services were to be asked, and are not in a survey: what no one saw is not shut. */
function countMissing({ planTarget, listed }: LookJob['terms'], { observations }: Survey): number {
  const seen = new Set(observations.map(({ endpoint }) => endpoint));
  return planTarget().filter(({ endpoint }) => listed.has(endpoint) && !seen.has(endpoint)).length;
}
