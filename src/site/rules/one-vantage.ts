import { NOTHING } from '../../check/rules/rule.js';
import type { SiteRule } from './site-rule.js';

/** Where only one vantage looked, what others reach is not known. */
export const oneVantage: SiteRule = {
  id: 'one-vantage',
  title: 'Seen from one vantage server',
  explain: `What the check from outside found is reported under the rules of the check itself, unless a rule of the site reports it better. It looked from one place: what is let in for certain addresses only looks closed from there.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt: NOTHING,
  find: ({ evidence }) =>
    evidence.outside?.check ? { undetermined: [{ endpoint: null, blocking: false, data: {} }] } : {},
  sayDoubt: () => ({
    what: 'What other addresses can reach',
    why: 'This was seen from one vantage server. A forward for certain addresses only, such as the SIP provider’s, looks closed from there.',
  }),
};
