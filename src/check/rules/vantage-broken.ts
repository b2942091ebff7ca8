import type { Rule } from './old-rule.js';
import { listNames, quote } from './wording.js';

/** Our own side could not see: nothing that we saw, or did not see, says anything of the target. */
export const vantageBroken: Rule = {
  id: 'vantage-broken',
  title: 'Our own side could not see',
  severity: 'high',
  evaluate({ survey, vantage }) {
    const { control } = survey.vantage;
    if (vantage !== 'broken') {
      const unproved = control !== null && control.after === null && !survey.interrupted;
      if (!unproved) return {};
      const why = `${quote(control.endpoint)} was not asked again, so our own connection may have failed on the way.`;
      return { undetermined: [{ endpoint: null, what: 'Whether we could see to the end', why, blocking: true }] };
    }
    const reasons = [...new Set(survey.observations.map(({ reason }) => reason))];
    const seen = control
      ? `The control ${quote(control.endpoint)}: ${control.before} before the check, ${control.after ?? 'not asked'} after it.`
      : `Every probe failed on our own side (${listNames(reasons)}).`;
    return {
      findings: [
        {
          severity: 'high',
          effect: 'inconclusive',
          endpoint: null,
          title: 'Our own side could not see: this check proves nothing',
          seen,
          matters: 'What looks closed may be our own trouble, and what looks open may come from something near us.',
          remedy:
            'Repair the connection of the machine that checks, or choose a control that answers; then check again.',
          programs: [],
          references: [],
          observations: [],
        },
      ],
    };
  },
};
