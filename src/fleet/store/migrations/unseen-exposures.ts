import type { Migration } from './migration.js';

/** How much a check did not see of what stands, so that a sweep is counted rightly long after it. */
export const unseenExposures: Migration = {
  version: 14,
  sql: `
    -- Exposures that stood, and that the check lost sight of or had lost before.
    alter table results add column unseen integer not null default 0;
    -- Since when the state of its slot stands, a check that was well did not see it. How many there are is not worked out.
    update results set unseen = 1
    from slots where slots.id = slot_id and final = 1 and verdict = 'compliant' and results.id >= state_result_id
      and (state_rank < 10 or state_rank % 10 < 5);
  `,
};
