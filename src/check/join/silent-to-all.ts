import * as z from 'zod';
import { MAX_VANTAGES } from '../../model/finding.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote, renderCount } from '../../words/sentence.js';
import { PLAIN } from '../rules/rule.js';
import { defineJoinRule } from './join-rule.js';

/** Several vantages looked, and nothing answered any of them. */
export const silentToAll = defineJoinRule({
  id: 'silent-to-all',
  title: 'Nothing answered any vantage',
  explain:
    'Several vantages looked, and nothing answered any of them. That makes it less likely that we are shut out, and tells a line that is down from a well closed router no better than one vantage does. The finding “No answer” stands, until something vouches for the line.',
  about: 'note',
  fixedBy: ['dealer', 'router', 'provider'],
  severity: 'info',
  find({ viewers }) {
    const looked = viewers.filter(({ facts }) => facts.looked);
    if (looked.length < 2 || looked.some(({ facts, report }) => facts.heard || report.interrupted)) return {};
    const data = { vantages: looked.slice(0, MAX_VANTAGES).map(({ name }) => cutText(name, 64)) };
    return { findings: [{ severity: 'info', effect: 'note', endpoint: null, observations: [], data }] };
  },
  data: z.object({ vantages: z.array(text(64)).min(1).max(MAX_VANTAGES) }),
  say: ({ data: { vantages } }) => ({
    ...PLAIN,
    title: `Nothing answered any of ${renderCount(vantages.length, 'vantage')}`,
    seen: `${listNames(vantages.map((name) => quote(name, 32)))} looked. Nothing answered any of them.`,
    matters:
      'A block would have to be of all of them, so this silence says more than that of one vantage. A line that is down, or an address that no one uses, looks the same to all.',
    remedy: 'Nothing beyond what “No answer” asks for.',
  }),
});
