import type { Kysely } from 'kysely';
import type { Change, SlotState, StoredChange, Waiver } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import { addChanges, listChanges, markAlerted, type ChangePlace } from './changes.js';
import { addInvitedCheck, type InvitedCheck } from './invited-checks.js';
import { closeDigest, enqueue, type NewMessage } from './outbox.js';
import type { Lapse } from './lapsed-slots.js';
import { noteStandings } from './standings.js';
import { addResult, type NewResult, wasChecked } from './results.js';
import {
  addSiteSweep,
  findSlotsAt,
  getCard,
  hasCheckOf,
  noteUntold,
  type SiteSweep,
  type SlotsAt,
  wasLookedAtFromSite,
} from './site-looks.js';
import { getState, putState, type StateSince } from './states.js';
import { type LeavingOut, noteHeld, noteLeftOut, noteUnseen, type Skipped } from './sweep-tally.js';
import { finishClient, lastRun, noteRun } from './sweeps.js';
import type { Tables } from './tables.js';
import { listWaivers } from './waivers.js';

/** The store inside of one transaction of {@link Store.write}: all of it counts, or nothing. */
export class StoreWriter {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Stores a look, in place of one that was not final; null if the sweep has a final one of the slot. */
  addResult(result: NewResult): Promise<number | null> {
    return addResult(this.#db, result);
  }

  /** Stores a check that someone at the site of a client began, that of an invite once. The client need not be known. */
  addInvitedCheck(client: string, check: InvitedCheck): Promise<void> {
    return addInvitedCheck(this.#db, client, check);
  }

  /** Whether the check of an invite is stored, in whatever way. */
  hasCheckOf(invite: string): Promise<boolean> {
    return hasCheckOf(this.#db, invite);
  }

  /** Which slots of a client have an address, by what the store knows; null: it knows no such client. */
  findSlotsAt(clientId: string, address: string): Promise<SlotsAt | null> {
    return findSlotsAt(this.#db, clientId, address);
  }

  /** A client as it was last checked; null if it never was. */
  getCard(clientId: string): Promise<ClientCard | null> {
    return getCard(this.#db, clientId);
  }

  /** Stores a look that someone at the site of a client began, as a small sweep that is finished; returns its id. */
  addSiteSweep(clientId: string, sweep: SiteSweep): Promise<number> {
    return addSiteSweep(this.#db, clientId, sweep);
  }

  /** Whether someone at the site had a slot looked at, and the look that counts went on after a time. */
  wasLookedAtFromSite(clientId: string, slot: string, since: Date): Promise<boolean> {
    return wasLookedAtFromSite(this.#db, clientId, slot, since);
  }

  /** Notes whether someone has still to be alerted to what a sweep brought. */
  noteUntold(sweepId: number, untold: boolean): Promise<void> {
    return noteUntold(this.#db, sweepId, untold);
  }

  /** What is known of a slot; null if nothing is. */
  getState(clientId: string, slot: string): Promise<SlotState | null> {
    return getState(this.#db, clientId, slot);
  }

  /** Puts down what is known of a slot, by a result that was added before; null: it stands as it did. */
  putState(clientId: string, slot: string, state: SlotState, since: StateSince | null): Promise<void> {
    return putState(this.#db, clientId, slot, state, since);
  }

  /** Stores changes of a slot of which a result was added before. */
  addChanges(place: ChangePlace, changes: readonly (Change & { readonly alerted: boolean })[]): Promise<void> {
    return addChanges(this.#db, place, changes);
  }

  /** The changes of a slot at a time or after it, newest first. */
  listRecentChanges(clientId: string, slot: string, since: Date): Promise<StoredChange[]> {
    return listChanges(this.#db, { clientId, slot, since });
  }

  /** Notes that a change that was held back has been told. */
  markAlerted(changeId: number): Promise<void> {
    return markAlerted(this.#db, changeId);
  }

  /** All waivers of a client, expired ones too. */
  listWaivers(clientId: string): Promise<Waiver[]> {
    return listWaivers(this.#db, clientId);
  }

  /** Puts an event into the outbox; the same key twice: once. */
  enqueue(message: NewMessage): Promise<void> {
    return enqueue(this.#db, message);
  }

  /** Joins the held events of a sweep to messages, for each channel its own. */
  closeDigest(sweepId: number, at: Date): Promise<void> {
    return closeDigest(this.#db, sweepId, at);
  }

  /** When a schedule ran last; null if it never did. */
  lastRun(key: string): Promise<Date | null> {
    return lastRun(this.#db, key);
  }

  noteRun(key: string, at: Date): Promise<void> {
    return noteRun(this.#db, key, at);
  }

  /** Whether the store has a check of a client at a time or before it, of what it is listed with. */
  wasChecked(clientId: string, at: Date): Promise<boolean> {
    return wasChecked(this.#db, clientId, at);
  }

  /** Notes that a sweep is done with a client. */
  finishClient(sweepId: number, clientId: string): Promise<void> {
    return finishClient(this.#db, sweepId, clientId);
  }

  /** Notes that a result of a sweep does not count. */
  noteHeld(sweepId: number): Promise<void> {
    return noteHeld(this.#db, sweepId);
  }

  /** Notes how many exposures stand that a result does not show. */
  noteUnseen(resultId: number, count: number): Promise<void> {
    return noteUnseen(this.#db, resultId, count);
  }

  /** Notes how many clients stand how; of each hour the newest note stays. */
  noteStandings(at: Date, lapse: Lapse): Promise<void> {
    return noteStandings(this.#db, at, lapse);
  }

  /** Notes that a sweep does not look at a client. */
  noteLeftOut(sweepId: number, client: Skipped['client'], leaving: LeavingOut): Promise<void> {
    return noteLeftOut(this.#db, sweepId, client, leaving);
  }
}
