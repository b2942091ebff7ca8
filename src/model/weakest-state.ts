import type { State } from './report.js';

/**
 * States by how little they prove that an endpoint is shut, the first least. That we failed to look leaves it unknown;
 * silence may be that of a block; a refusal is the site's own word.
 */
export const WEAKEST_FIRST: readonly State[] = ['open', 'error', 'open|filtered', 'filtered', 'closed'];
