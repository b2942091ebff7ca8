import type { Finding } from '../../model/finding.js';
import { MAX_VANTAGES } from '../../model/finding.js';
import type { ReportData, Survey, VantageLook } from '../../model/report.js';
import { cutText } from '../../words/sentence.js';
import { vantageDidNotLook } from '../join/vantage-did-not-look.js';
import { judgeSurvey, type ReportOptions } from './judge-survey.js';

/**
 * The report of a target that none of several vantages looked at: it says so, and why, and counts as one of a sweep that
 * cannot see. Whatever someone accepted, it is inconclusive. Pure.
 *
 * @param survey of the target, with nothing seen
 */
export function reportAbsence(survey: Survey, looks: readonly VantageLook[], options: ReportOptions): ReportData {
  const nothing = judgeSurvey(survey, options);
  const vantages = looks.slice(0, MAX_VANTAGES);
  const absence: Finding = {
    ...{ rule: vantageDidNotLook.id, about: 'vantage', severity: 'medium', effect: 'inconclusive', endpoint: null },
    observations: [],
    data: {
      vantages: vantages.map(({ name, trouble }) => ({
        name: cutText(name, 64),
        why: 'trouble',
        trouble: trouble === null ? null : cutText(trouble, 200),
      })),
    },
  };
  return { ...nothing, verdict: 'inconclusive', findings: [...nothing.findings, absence], vantages };
}
