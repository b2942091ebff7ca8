import type { Kysely } from 'kysely';
import type { StoreConnection, Structure } from './connection.js';
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
import { chainRegister } from './migrations/chain-register.js';
import { rosterOthers } from './migrations/roster-others.js';
import { siteLooks } from './migrations/site-looks.js';
import { keptByMonth } from './migrations/kept-by-month.js';
import { unsweptClients } from './migrations/unswept-clients.js';
import type { Migration } from './migrations/migration.js';
import { StoreError } from './store-error.js';

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
  siteLooks,
  rosterOthers,
  chainRegister,
  keptByMonth,
  unsweptClients,
];

/** A StoreError unless the database is ours or empty, and no newer than this program. */
export function assertOurs(
  { kind, path }: Pick<StoreConnection, 'kind' | 'path'>,
  { owner, version }: Structure,
  migrations = MIGRATIONS,
): void {
  const another = kind === 'sqlite' ? 'name another file' : 'name another database';
  if (owner === 'other') throw new StoreError(`${path} is a database of another program: ${another}`);
  if (version > migrations.length) {
    throw new StoreError(
      `${path} was written by a newer version of sallyport (its structure is ${version}, this one knows ` +
        `${migrations.length}): update sallyport, or ${another}`,
    );
  }
}

/** Brings the database's structure up to date. Any number of processes may do so at once: one does, the others wait. */
export async function migrate(
  connection: StoreConnection,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const found = await connection.readStructure();
  assertOurs(connection, found, migrations);
  if (found.version === migrations.length) return;
  await connection.restructure(async ({ tables, readStructure, run, mark }) => {
    const now = await readStructure();
    assertOurs(connection, now, migrations);
    for (const { version, sql, convert, finish } of migrations) {
      if (version <= now.version) continue;
      await run(sql);
      // There is nothing to convert in a database that is new.
      if (now.version > 0) await convert?.(tables as unknown as Kysely<never>);
      if (finish !== undefined) await run(finish);
    }
    await mark(migrations.length);
  });
}
