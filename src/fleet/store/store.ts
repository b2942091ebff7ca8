import * as answers from './answers.js';
import { readAllChains } from './chain.js';
import { checkChains, findHead, type HeadState } from './chain-check.js';
import { readEnded, readSignedHead } from './chain-register.js';
import * as changes from './changes.js';
import { type ClientRecords, countRecords, forgetClient, renameClient, retireClient } from './client-records.js';
import type { StoreConnection } from './connection.js';
import * as coverage from './coverage.js';
import { FleetList } from './fleet-list.js';
import { HandedReports } from './handed-reports.js';
import { type InvitedCheck, listInvitedChecks } from './invited-checks.js';
import { Messages } from './messages.js';
import * as places from './places.js';
import * as results from './results.js';
import { findInventory, readRoster, putRoster, type RosterReading, showRoster } from './roster.js';
import { addSiteReport, listSiteReports, type StoredSiteReport } from './site-reports.js';
import { MadeCodes } from './made-codes.js';
import { Schedulers } from './schedulers.js';
import { SharedLinks } from './shared-links.js';
import { listSiteLooks, listUntold, type SiteLook } from './site-looks.js';
import { listClientIds, listGroups, listRetired, listTags, type RetiredSlot } from './states.js';
import { readStandings, type StandingsPoint } from './standings.js';
import { StoreWriter } from './store-writer.js';
import { countSweep, type LeavingOut, type SweepCounts, type SweepTally, tallySweep } from './sweep-tally.js';
import { checkSummaries } from './summary-check.js';
import * as sweeps from './sweeps.js';
import { prune, type PrunePolicy, type PruneResult } from './prune.js';
import * as upkeep from './upkeep.js';
import * as waivers from './waivers.js';
import type { StoredChange, Waiver } from '../../model/change.js';
import type { StoredAnswer } from '../../model/checklist.js';
import type { Client, HistoryEntry, RosterEntry, StoredReport } from '../../model/client.js';
import type { ChainHead, RegisterHead } from '../../model/signature.js';
import type { SiteReportData } from '../../model/site.js';

/** Clients of an inventory. */
type Roster = Iterable<RosterEntry> | AsyncIterable<RosterEntry>;

/**
 * What sallyport remembers: sweeps, results, changes, waivers, answers to checklists, site reports, and messages to be
 * sent. Made by openStore(). Whatever writes is one transaction, and fails with a StoreError if another process has been writing for 30 s.
 */
export class Store {
  readonly #connection: StoreConnection;
  readonly links: SharedLinks;
  readonly codes: MadeCodes;
  readonly schedulers: Schedulers;
  readonly handed: HandedReports;
  readonly messages: Messages;
  readonly fleet: FleetList;

  constructor(connection: StoreConnection) {
    this.#connection = connection;
    this.links = new SharedLinks(connection);
    this.codes = new MadeCodes(connection);
    this.schedulers = new Schedulers(connection);
    this.handed = new HandedReports(connection);
    this.messages = new Messages(connection);
    this.fleet = new FleetList(connection);
  }

  get path(): string {
    return this.#connection.path;
  }

  get #db() {
    return this.#connection.tables;
  }

  /**
   * Runs one write transaction; undone where the work fails. The work uses the writer only: the store itself would
   * wait for the end of the transaction. And it waits for nothing else, since no one can write until it is done.
   */
  write<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#connection.transact((db) => work(new StoreWriter(db)));
  }

  /** Waits for what is being written, and closes. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Stores a sweep with its clients, which get a random order, without those that `leaveOut` gives a reason for. */
  beginSweep(
    plan: sweeps.SweepPlan,
    clients: Iterable<Client> | AsyncIterable<Client>,
    leaveOut: (client: Client) => LeavingOut | null = () => null,
  ): Promise<sweeps.Sweep> {
    return this.#connection.transact((db) => sweeps.beginSweep(db, plan, clients, leaveOut));
  }

  /** What an unfinished sweep has come to so far. */
  tallySweep(id: number): Promise<SweepTally> {
    return tallySweep(this.#db, id);
  }

  /** Gives a sweep to an owner on this machine; false if its owner is alive, or if it is finished. */
  claimSweep(id: number, owner: sweeps.Owner, now = new Date()): Promise<boolean> {
    return this.#connection.transact((db) => sweeps.claimSweep(db, id, owner, now));
  }

  /** The newest sweep of an inventory (absolute path) that is not finished, whether someone runs it or not. */
  findUnfinished(inventory: string): Promise<sweeps.Sweep | null> {
    return sweeps.findUnfinished(this.#db, inventory);
  }

  /**
   * Notes that the owner of a sweep is alive; after 60 s without, others may take it. False, where the owner is named,
   * if one of them has.
   */
  beat(id: number, at: Date, owner: sweeps.Owner | null = null): Promise<boolean> {
    return this.#connection.transact((db) => sweeps.beat(db, id, at, owner));
  }

  /**
   * Ends a sweep; where its owner is named, only if it is still that one's. What a finished one had still to do is
   * forgotten; an interrupted one can be continued.
   */
  finishSweep(id: number, state: 'finished' | 'interrupted', at: Date, owner?: sweeps.Owner): Promise<void> {
    return this.#connection.transact((db) => sweeps.finishSweep(db, id, { state, at, ...(owner && { owner }) }));
  }

  getSweep(id: number): Promise<sweeps.Sweep | null> {
    return sweeps.getSweep(this.#db, id);
  }

  /** The newest sweeps, newest first: all, also looks that someone at a site began, or only those of inventories. */
  listSweeps(limit: number, of: 'all' | 'inventories' = 'all'): Promise<sweeps.Sweep[]> {
    return sweeps.listSweeps(this.#db, limit, of);
  }

  /** Whether the store has something new, and the sweeps under way, whoever runs them. */
  readPulse(): Promise<sweeps.Pulse> {
    return sweeps.readPulse(this.#db, new Date());
  }

  /** What a sweep came to: its results so far by verdict, and the changes that it brought. */
  countSweep(id: number): Promise<SweepCounts> {
    return countSweep(this.#db, id);
  }

  /** The next clients that a sweep has to look at, by position; 0 is before the first. */
  nextWork(sweepId: number, after: number, limit: number): Promise<sweeps.Work[]> {
    return sweeps.nextWork(this.#db, sweepId, after, limit);
  }

  /** The slots of a client that a sweep has looked at. */
  listDoneSlots(sweepId: number, clientId: string): Promise<{ slot: string; final: boolean }[]> {
    return results.listDoneSlots(this.#db, sweepId, clientId);
  }

  /** The looks of a sweep at a client that another look has to confirm: where it was cut off, they are all it knows. */
  readOpenLooks(sweepId: number, clientId: string): Promise<StoredReport[]> {
    return results.readOpenLooks(this.#db, sweepId, clientId);
  }

  /** All reports of a sweep, final or not, by client and slot; few are in memory at once. */
  readSweepReports(sweepId: number): AsyncIterable<StoredReport> {
    return results.readSweepReports(this.#db, sweepId);
  }

  /** Of each slot of a client the newest final report, or the newest at a time or before it. */
  readReports(clientId: string, at: Date | null): Promise<StoredReport[]> {
    return results.readReports(this.#db, clientId, at);
  }

  /** The newest looks at a client, newest first. */
  listHistory(clientId: string, limit: number): Promise<HistoryEntry[]> {
    return results.listHistory(this.#db, clientId, limit);
  }

  /** The looks that were stored last, at whatever client, newest first. */
  listNewest(limit: number): Promise<StoredReport[]> {
    return results.listNewest(this.#db, limit);
  }

  /** Changes, newest first. */
  listChanges(filter: changes.ChangeFilter): Promise<StoredChange[]> {
    return changes.listChanges(this.#db, filter);
  }

  /** Changes of all clients, newest first, those of one look together, worst first; few are in memory at once. */
  readChanges(wanted: changes.ChangesWanted, part?: changes.Part): AsyncIterable<changes.ChangeOfClient> {
    return changes.readChanges(this.#db, wanted, part);
  }

  /** Counts changes of all clients. */
  countChanges(wanted: changes.ChangesWanted): Promise<changes.ChangeCounts> {
    return changes.countChanges(this.#db, wanted);
  }

  /** Counts the listed slots by what the store has of them in a time. */
  countCoverage(wanted: coverage.CoverageWanted): Promise<coverage.Coverage> {
    return coverage.countCoverage(this.#db, wanted);
  }

  /** The groups of all clients, those of inventories too. */
  listGroups(): Promise<string[]> {
    return listGroups(this.#db);
  }

  /** The tags of all clients, those of inventories too. */
  listTags(): Promise<string[]> {
    return listTags(this.#db);
  }

  /** How all slots of all clients, or of one, stand, the worst first; few are in memory at once. */
  readClientStates(clientId?: string): AsyncIterable<places.ClientStatus> {
    return places.readClientStates(this.#db, clientId);
  }

  /** How many clients stood how in a time, oldest first. */
  readStandings(since: Date, until: Date): Promise<StandingsPoint[]> {
    return readStandings(this.#db, since, until);
  }

  /** How listed slots stand, in the order given, a page at a time. */
  readPlaces(ids: readonly number[]): AsyncIterable<places.PlaceStatus[]> {
    return places.readPlaces(this.#db, ids);
  }

  /** Notes all clients of an inventory (absolute path), in place of those that it had before. */
  putRoster(inventory: string, entries: Roster): Promise<void> {
    return this.#connection.transact((db) => putRoster(db, inventory, entries));
  }

  /** Lists the clients of an inventory, from here on, in place of those that were noted; no one else sees that. */
  showRoster(inventory: string, entries: Roster): Promise<void> {
    return showRoster(this.#db, inventory, entries);
  }

  /** The inventory (absolute path) that has a client, by the newest sweeps; null if none has. */
  findInventory(clientId: string): Promise<string | null> {
    return findInventory(this.#db, clientId);
  }

  /** What the noted inventories say of clients, all or some: what keeps them from being checked, and what is not listed. */
  readRoster(clientIds?: readonly string[]): Promise<RosterReading> {
    return readRoster(this.#db, clientIds);
  }

  /** The addresses of a client of which no look has counted, and those that its inventory does not have any more. */
  listUnchecked(clientId: string): Promise<places.Unchecked> {
    return places.listUnchecked(this.#db, clientId);
  }

  /** The ids of all clients that were ever looked at. */
  listClientIds(): Promise<string[]> {
    return listClientIds(this.#db);
  }

  /** The slots of a client that are listed no longer; their history is there. */
  listRetired(clientId: string): Promise<RetiredSlot[]> {
    return listRetired(this.#db, clientId);
  }

  /** Counts what the store holds of a client; null if that is nothing. */
  countRecords(clientId: string): Promise<ClientRecords | null> {
    return countRecords(this.#db, clientId);
  }

  /** Deletes all that the store holds of a client, but messages that wait to be sent. */
  forgetClient(clientId: string): Promise<void> {
    return this.#connection.transact((db) => forgetClient(db, clientId));
  }

  /** Gives a client another id, with all that the store holds of it; a StoreError if the store knows that id. */
  renameClient(from: string, to: string): Promise<void> {
    return this.#connection.transact((db) => renameClient(db, from, to));
  }

  /** Lists a client, or one of its slots, no longer: its history stays, and a later check begins anew. */
  retireClient(clientId: string, slot: string | null, at: Date): Promise<void> {
    return this.#connection.transact((db) => retireClient(db, clientId, slot, at));
  }

  addWaiver(waiver: Omit<Waiver, 'id'>): Promise<Waiver> {
    return this.#connection.transact((db) => waivers.addWaiver(db, waiver));
  }

  /** The waivers of a client, or all, in the order of their granting; expired ones too. */
  listWaivers(clientId?: string): Promise<Waiver[]> {
    return waivers.listWaivers(this.#db, clientId);
  }

  /** Takes a waiver back; false if there is none of that id. */
  revokeWaiver(id: number): Promise<boolean> {
    return this.#connection.transact((db) => waivers.revokeWaiver(db, id));
  }

  /** Stores answers to a checklist, all or none; those given before stay. The client need not be known. */
  addAnswers(given: readonly StoredAnswer[]): Promise<void> {
    return this.#connection.transact((db) => answers.addAnswers(db, given));
  }

  /** All answers of a client to a checklist, in the order in which they were given. */
  listAnswers(clientId: string, checklist: string): Promise<StoredAnswer[]> {
    return answers.listAnswers(this.#db, clientId, checklist);
  }

  /** Stores what was seen of a site, and returns its id. The client need not be known. */
  addSiteReport(report: SiteReportData): Promise<number> {
    return this.#connection.transact((db) => addSiteReport(db, report));
  }

  /** The newest site reports of a client, or of those that name none (null), newest first: all, or those until a time. */
  listSiteReports(client: string | null, limit: number, until: Date | null = null): Promise<StoredSiteReport[]> {
    return listSiteReports(this.#db, client, limit, until);
  }

  /** The newest checks that someone at the site of a client began, newest first. */
  listInvitedChecks(client: string, limit: number): Promise<InvitedCheck[]> {
    return listInvitedChecks(this.#db, client, limit);
  }

  /** What the checks of some invites came to, where they count as looks at a client. */
  listSiteLooks(client: string, invites: readonly string[]): Promise<SiteLook[]> {
    return listSiteLooks(this.#db, client, invites);
  }

  /** The sweeps that brought changes of which no one was alerted so far, oldest first. */
  listUntold(): Promise<number[]> {
    return listUntold(this.#db);
  }

  /** When a schedule ran last; null if it never did. */
  lastRun(key: string): Promise<Date | null> {
    return sweeps.lastRun(this.#db, key);
  }

  noteRun(key: string, at: Date): Promise<void> {
    return this.#connection.transact((db) => sweeps.noteRun(db, key, at));
  }

  /** Deletes what is too old, and gives the file's free pages back to the disk. */
  prune(policy: PrunePolicy): Promise<PruneResult> {
    return prune(this.#connection, policy);
  }

  /** Looks for damage of the file, of references and of each report: a line for each problem. */
  check(): Promise<string[]> {
    return upkeep.check(this.#connection);
  }

  /** Whether the records of each client are those that were stored, in their order: a line for each problem. */
  checkChains(): Promise<string[]> {
    return checkChains(this.#db);
  }

  /** Whether lists show what the records say, where these are sound: a line if they do not. */
  checkSummaries(): Promise<string[]> {
    return checkSummaries(this.#db);
  }

  /** Where the chain of a client's records ends, and the register of all, to be signed with a report; null if it has none. */
  readChainHead(clientId: string): Promise<ChainHead | null> {
    return readSignedHead(this.#db, clientId);
  }

  /** Whether the chain of a client, or the register of all, still holds the end that was signed once. */
  findHead(signed: ChainHead | RegisterHead): Promise<HeadState> {
    return findHead(this.#db, signed);
  }

  /** Copies the store into a new file, as it is at this moment. A StoreError if there is a file already. */
  backup(file: string): Promise<void> {
    return this.#connection.backUp(file);
  }

  /** Bytes that the store takes, without its journal. */
  measureBytes(): Promise<number> {
    return this.#connection.measure();
  }

  /** How much is in the store; that of much is told quickly. */
  async measure(): Promise<upkeep.StoreSize> {
    return { path: this.path, bytes: await this.measureBytes(), ...(await upkeep.readSize(this.#db)) };
  }

  async info(): Promise<upkeep.StoreInfo> {
    const { kind } = this.#connection;
    const [{ version }, bytes] = [await this.#connection.readStructure(), await this.measureBytes()];
    const [counts, chains] = [await upkeep.readCounts(this.#db), await readAllChains(this.#db)];
    return { kind, path: this.path, bytes, version, ...counts, chains, ended: await readEnded(this.#db) };
  }
}
