import { renew, type Rule, type RuleFinding, type RuleResult } from '../../check/rules/old-rule.js';
import type { SiteFacts } from '../evidence/facts.js';
import type { SiteRule as NewSiteRule } from './site-rule.js';

export type SiteFinding = RuleFinding;
export type FindingFrame = Omit<SiteFinding, 'severity' | 'title' | 'seen' | 'matters' | 'remedy'>;
export type SiteRuleResult = RuleResult;
export type SiteRule = Rule<SiteFacts>;
export type Undetermined = NonNullable<RuleResult['undetermined']>[number];

export const renewSite = (rule: SiteRule): NewSiteRule => renew(rule);
