import type { SaidChange, StoredChange } from './change.js';
import type { HistoryEntry } from './client.js';
import type { Verdict } from './report.js';
import type { Standing } from './standing.js';

/** One look at a slot of a client, with the changes that it brought. */
export interface HistoryRow extends Omit<HistoryEntry, 'resultId' | 'report'> {
  readonly standing: Standing;
  /** The report's sentence. */
  readonly summary: string;
  /** By which version what an older one stored was judged again. */
  readonly again?: HistoryEntry['report']['again'];
  readonly changes: readonly SaidChange<StoredChange>[];
}

/** A check that someone at the site began, with the code of an invite, and that does not count as a look. */
export interface InvitedRow {
  /** The id of the invite. */
  readonly invite: string;
  readonly at: string;
  readonly address: string | null;
  readonly verdict: Verdict;
  readonly standing: Standing;
  readonly summary: string;
}
