import * as z from 'zod';
import { isControlLost } from '../../model/answer-kind.js';
import { controlSchema, REASONS } from '../../model/report.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote } from '../../words/sentence.js';
import { defineRule, PLAIN } from './rule.js';

const lostControlSchema = controlSchema.extend({ endpoint: text(120) });

/** Our own side could not see: nothing that we saw, or did not see, says anything of the target. */
export const vantageBroken = defineRule({
  id: 'vantage-broken',
  title: 'Our own connection failed',
  explain:
    'The control (`--control`), something known to answer, was silent before or after the check; or every probe failed on our own machine. Nothing of this check counts, not even what looked open. Repair the connection or choose another control. A control that was asked only once leaves a blocking entry.',
  about: 'vantage',
  fixedBy: ['dealer'],
  severity: 'high',
  find({ survey, vantage }) {
    const { control } = survey.vantage;
    const kept = control && { ...control, endpoint: cutText(control.endpoint, 120) };
    if (vantage !== 'broken') {
      if (!kept || kept.after !== null || survey.interrupted) return {};
      return { undetermined: [{ endpoint: null, data: { control: kept.endpoint }, blocking: true }] };
    }
    const lost = isControlLost(survey.vantage);
    const reasons = REASONS.filter((reason) => survey.observations.some((seen) => seen.reason === reason));
    return {
      findings: [
        {
          ...{ severity: 'high', effect: 'inconclusive', endpoint: null, observations: [] },
          data: { control: lost ? kept : null, reasons: lost ? [] : reasons },
        },
      ],
    };
  },
  data: z.object({
    control: lostControlSchema.nullable().describe('the control that was lost'),
    reasons: z.array(z.enum(REASONS)).max(REASONS.length).describe('why every probe failed, where no control was lost'),
  }),
  say: ({ data: { control, reasons } }) => ({
    ...PLAIN,
    title: 'Our own connection failed: this check proves nothing',
    seen: control ? sayControl(control) : `Every probe failed on our own side (${listNames(reasons)}).`,
    matters: 'What looks closed may be our own fault, and what looks open may come from something near us.',
    remedy: 'Repair the connection of the machine that checks, or choose a control that answers. Then check again.',
  }),
  doubt: z.object({ control: text(120) }),
  sayDoubt: ({ data }) => ({
    what: 'Whether our own connection worked to the end',
    why: `The control ${quote(data.control)} was not asked again, so our own connection may have failed during the check.`,
  }),
});

const STATES = { answered: 'answered', silent: 'was silent', error: 'could not be asked' } as const;

function sayControl({ endpoint, before, after }: z.infer<typeof lostControlSchema>): string {
  return `The control ${quote(endpoint)} ${STATES[before]} before the check and ${after ? STATES[after] : 'was not asked'} after it.`;
}
