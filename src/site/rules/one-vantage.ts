import { NOTHING } from '../../check/rules/rule.js';
import type { SiteRule } from './site-rule.js';

/** Where only one vantage looked, what others reach is not known. */
export const oneVantage: SiteRule = {
  id: 'one-vantage',
  title: 'Seen from one vantage',
  explain: '',
  about: 'gap',
  severity: 'info',
  doubt: NOTHING,
  find: ({ evidence }) =>
    evidence.outside?.check ? { undetermined: [{ endpoint: null, blocking: false, data: {} }] } : {},
  sayDoubt: () => ({
    what: 'What other addresses can reach',
    why: 'This was seen from one vantage. A forward for certain addresses only, say the SIP provider’s, looks closed from there.',
  }),
};
