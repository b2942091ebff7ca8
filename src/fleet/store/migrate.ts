import type { Kysely } from 'kysely';
import { chainedRecords } from './migrations/chained-records.js';
import { checklistsAndSites } from './migrations/checklists-and-sites.js';
import { firstTables } from './migrations/first-tables.js';
import { findingsAsData } from './migrations/findings-as-data.js';
import { heldResults } from './migrations/held-results.js';
import { retiredSlots } from './migrations/retired-slots.js';
import { roster } from './migrations/roster.js';
import { invitedChecks } from './migrations/invited-checks.js';
import { leftOut } from './migrations/left-out.js';
import { searchableCards } from './migrations/searchable-cards.js';
import { sharedLinks } from './migrations/shared-links.js';
import { slotSummaries } from './migrations/slot-summaries.js';
import { standings } from './migrations/standings.js';
import { acceptedSlots } from './migrations/accepted-slots.js';
import { unseenExposures } from './migrations/unseen-exposures.js';
import { handedReports } from './migrations/handed-reports.js';
import { madeCodes } from './migrations/made-codes.js';
import { schedulers } from './migrations/schedulers.js';
import type { Migration } from './migrations/migration.js';
import type { SqliteConnection } from './sqlite-connection.js';
import { StoreError } from './sqlite-trouble.js';

/** All steps, from the first to the newest. */
export const MIGRATIONS: readonly Migration[] = [
  firstTables,
  checklistsAndSites,
  findingsAsData,
  leftOut,
  heldResults,
  retiredSlots,
  chainedRecords,
  roster,
  slotSummaries,
  invitedChecks,
  searchableCards,
  sharedLinks,
  standings,
  unseenExposures,
  madeCodes,
  acceptedSlots,
  schedulers,
  handedReports,
];

/** Marks a database as ours, in its header: `Saly`. */
export const APPLICATION_ID = 0x53_61_6c_79;

/** Whether the database is ours, and no newer than this program; a StoreError if it is not. Changes nothing. */
export function assertOurs(connection: SqliteConnection, migrations = MIGRATIONS): void {
  // Reads all of the structure, so that damage shows now. The mark is read last: another process that makes the
  // database ours meanwhile puts it there together with the tables, so none is seen without it.
  const tables = connection.countTables();
  const version = connection.readPragma('user_version');
  const id = connection.readPragma('application_id');
  // A file that is empty, or that another process has only just created, has neither mark nor tables.
  if (id !== APPLICATION_ID && (id !== 0 || version !== 0 || tables > 0)) {
    throw new StoreError(`${connection.path} is a database of another program: name another file`);
  }
  if (version > migrations.length) {
    throw new StoreError(
      `${connection.path} was written by a newer version of sallyport (its structure is ${version}, this one knows ` +
        `${migrations.length}): update sallyport, or name another file`,
    );
  }
}

/** Brings the database's structure up to date. Any number of processes may do so at once: one does, the others wait. */
export async function migrate(
  connection: SqliteConnection,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  if (connection.readPragma('user_version') === migrations.length) return;
  await connection.begin('exclusive');
  try {
    assertOurs(connection, migrations);
    const done = connection.readPragma('user_version');
    for (const { version, sql, convert } of migrations) {
      if (version <= done) continue;
      connection.execute(sql);
      await convert?.(connection.tables as unknown as Kysely<never>);
    }
    connection.execute(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${migrations.length}; commit`);
  } catch (error) {
    connection.execute('rollback');
    throw error;
  }
}
