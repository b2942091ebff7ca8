import { carryCheck } from './carry-check.js';
import type { SiteRule } from './site-rule.js';

/** What the check from outside found, as far as no site rule tells it better. */
export const checkViolation: SiteRule = {
  id: 'check-violation',
  title: 'The check from outside found something',
  severity: 'critical',
  evaluate: carryCheck,
};
