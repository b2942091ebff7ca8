import type { Migration } from './migration.js';

/** Finds the slots of which someone accepted something without reading the states of all others. */
export const acceptedSlots: Migration = {
  version: 16,
  sql: `
    create index accepted_slots on slots (id) where instr(state, '"waived":true') or instr(state, '"silence":{');
  `,
};
