import type { Found, Rule } from '../../check/rules/rule.js';
import type { FindingData } from '../../model/finding.js';
import type { SiteFacts } from '../evidence/facts.js';
import type { Again } from '../evidence/again.js';

/**
 * One judgement of a site seen from inside and outside, in a file of its own that is named after the failing state.
 *
 * The contract is that of check/rules/rule.ts: data found by a pure function, put into words apart from it, as certain
 * as the evidence and no more, one finding for one cause. `proved` is said of what arrived at the stand-in, or did not
 * although nothing of ours stood in the way; all else is "consistent with". Every violation counts.
 */
export interface SiteRule<
  Data extends FindingData = FindingData,
  DoubtData extends FindingData = FindingData,
> extends Rule<SiteFacts, Data, DoubtData> {
  /** What tells its findings on one endpoint, or on none, apart between two runs; without this there is one such. */
  key?(data: Data): string;
  /**
   * Whether a later run of the same site that does not find it again proves that it is gone; where the rule is about the
   * vantage, a run of any site. Without this: whether what it was seen on is shut now, or a sound check did not find it
   * where it was seen on no endpoint.
   */
  gone?(again: Again, finding: Found<Data>): boolean;
}
