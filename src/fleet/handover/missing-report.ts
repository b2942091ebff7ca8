import { InputError } from '../../files/text/input-error.js';
import { judgeUnswept } from '../changes/not-checked.js';
import { suggest } from '../../words/input.js';
import { listNames } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import type { Store } from '../store/store.js';

/** The error for a client that the store has never seen, with the one that may be meant. */
export async function describeUnknownClient(store: Store, clientId: string): Promise<InputError> {
  const inventory = await store.findInventory(clientId);
  if (inventory !== null) {
    const { unswept } = await store.readRoster([clientId]);
    const why = unswept.map((one) => judgeUnswept(one, new Date())).find(({ why: kind }) => kind !== 'new');
    const reason = why ? `: ${why.reason}` : '';
    return new InputError(`no sweep has checked "${clientId}" yet, which ${inventory} has${reason}`);
  }
  const ids = await store.listClientIds();
  const hint = ids.length === 0 ? '; it has none yet: sweep an inventory first' : suggest(clientId, ids);
  return new InputError(`the store has no client "${clientId}"${hint}`);
}

/** Whether the store has anything that a report of a client could be made of; of what time it is, is not asked. */
export async function hasReport(store: Store, clientId: string): Promise<boolean> {
  const records = await store.countRecords(clientId);
  return records !== null && records.results + records.siteReports + records.invitedChecks > 0;
}

/** Which reports of a client are wanted. */
export interface ReportWanted {
  /** Only that of this address or name of the client. */
  readonly address: string | undefined;
  /** The last at or before this time; null: the newest. */
  readonly at: Date | null;
}

/** The error where a client has no such report: it is unknown, has none of that time, or not this address. */
export async function describeMissingReport(
  store: Store,
  clientId: string,
  { address, at }: ReportWanted,
): Promise<InputError> {
  const then = await store.readReports(clientId, at);
  if (then.length > 0) {
    const known = listNames(then.map(({ slot }) => slot));
    return new InputError(`"${clientId}" has no address "${address}" in the store; it has ${known}`);
  }
  if (at && (await store.readReports(clientId, null)).length > 0)
    return new InputError(`"${clientId}" has no check of ${renderTime(at.toISOString())} or before`);
  return describeUnknownClient(store, clientId);
}
