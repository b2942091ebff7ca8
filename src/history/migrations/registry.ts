import { checklistsAndSites } from './checklists-and-sites.js';
import { firstTables } from './first-tables.js';
import type { Migration } from './migration.js';

/** All steps, from the first to the newest. */
export const MIGRATIONS: readonly Migration[] = [firstTables, checklistsAndSites];
