import { hostname } from 'node:os';
import { judgeAgain } from '../../check/judge/join-reports.js';
import { digestProfile } from '../../check/judge/judge-survey.js';
import { parseTargetSpec } from '../../files/targets/targets.js';
import { parseAddress } from '../../model/address.js';
import type { Waiver } from '../../model/change.js';
import type { Profile } from '../../model/profile.js';
import { bareReport, type ReportData } from '../../model/report.js';
import type { Severity } from '../../model/severity.js';
import { FLAPPING_HISTORY_MS } from '../changes/flapping.js';
import type { SlotsAt } from '../store/site-looks.js';
import type { Store } from '../store/store.js';
import type { StoreWriter } from '../store/store-writer.js';
import { addAccepted, addViolation } from './judge-look.js';
import { keepState, noteUnseen, storeChanges } from './keep-look.js';
import { createLapse } from './list-clients.js';
import type { CountedLook } from './tell-changes.js';

/** A check that someone at the site of a client began. */
export interface SiteCheck {
  readonly client: string;
  /** The id of the invite. */
  readonly invite: string;
  readonly report: ReportData;
}

/** What such checks are judged by. */
export interface SiteTerms {
  /** What was agreed with the client; null if that is not known: then the check counts as it was judged. */
  readonly profile: Profile | null;
  /** Violations of this severity or worse count. */
  readonly failOn: Severity;
  readonly now: Date;
}

/**
 * Stores a check from the site, that of an invite once. Where it is of an address of the client, and sees a violation of
 * what was agreed, it counts like a look of a sweep: it is one, of a small sweep of its own. It proves nothing else: no
 * second look can confirm it, so that it ends nothing, and lists say no better of the client for it. What it saw and
 * someone accepted is noted as accepted, so that it counts once that has ended.
 */
export async function takeSiteCheck(store: Store, check: SiteCheck, terms: SiteTerms): Promise<void> {
  const { client, invite } = check;
  const { now } = terms;
  const counts = await store.write(async (tx) => {
    if (await tx.hasCheckOf(invite)) return false;
    const given = bareReport(check.report);
    const found = given.target.address === null ? null : await tx.findSlotsAt(client, given.target.address);
    const slots = found ? nameSlots(found, given.target.address!) : [];
    const isOwn = found !== null && slots.length > 0;
    const report = isOwn ? judgeByAgreed(given, await tx.listWaivers(client), terms) : given;
    if (!isOwn || report.verdict !== 'violation') {
      await tx.addInvitedCheck(client, { invite, report });
      if (isOwn) for (const slot of slots) await noteAccepted(tx, client, slot, report);
      return false;
    }
    const startedAt = new Date(report.startedAt);
    const finishedAt = new Date(startedAt.getTime() + report.durationMs);
    const owner = { host: hostname(), pid: process.pid };
    const sweepId = await tx.addSiteSweep(client, { invite, owner, startedAt, finishedAt });
    let untold = false;
    for (const slot of slots) if (await keepLook(tx, { sweepId, client: found.card, slot, report }, now)) untold = true;
    await tx.noteUntold(sweepId, untold);
    return true;
  });
  if (!counts) return;
  const lapse = await createLapse(store, now);
  await store.write((tx) => tx.noteStandings(now, lapse));
}

/** The slots that an address belongs to; one in a network of the client is a slot of its own. */
function nameSlots({ slots, addresses }: SlotsAt, address: string): readonly string[] {
  return slots.length > 0 || !addresses.some((text) => holds(text, address)) ? slots : [address];
}

/** Whether an address or network of an inventory has an address in it. */
function holds(text: string, address: string): boolean {
  const [spec, one] = [parseTargetSpec(text), parseAddress(address)];
  if (spec.kind === 'name' || !one || spec.family !== one.family) return false;
  return spec.first <= one.value && one.value <= spec.last;
}

/** What was seen, judged by what was agreed with the client and accepted for it, as a sweep's looks are. */
function judgeByAgreed(report: ReportData, waivers: readonly Waiver[], { profile, failOn }: SiteTerms): ReportData {
  if (!profile) return report;
  const { authorization } = report;
  return judgeAgain(report, {
    profile,
    profileDigest: digestProfile(profile),
    authorization,
    failOn,
    waivers,
  });
}

/** Notes at a slot of which something is known what a check saw there that someone accepted. */
async function noteAccepted(tx: StoreWriter, clientId: string, slot: string, report: ReportData): Promise<void> {
  const before = await tx.getState(clientId, slot);
  const state = before && addAccepted(before, report);
  if (state && state !== before) await tx.putState(clientId, slot, state, null);
}

/** Stores the look at one slot with what follows of it; whether it brought something that has to be told. */
async function keepLook(tx: StoreWriter, look: CountedLook, now: Date): Promise<boolean> {
  const { client, slot, report } = look;
  const before = await tx.getState(client.id, slot);
  const { state, changes } = addViolation(before, report);
  const resultId = await tx.addResult({ ...look, final: true });
  if (resultId === null) return false;
  await keepState(tx, look, resultId, { before, state });
  const history = await tx.listRecentChanges(client.id, slot, new Date(now.getTime() - FLAPPING_HISTORY_MS));
  const { told } = await storeChanges(tx, look, { changes, history, now });
  await noteUnseen(tx, resultId, state, report);
  return told.length > 0;
}
