import { summarise } from '../../check/judge/say-report.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import { routeEvent, splitByProblem } from '../alerts/route.js';
import { FLAPPING_HISTORY_MS, judgeFlapping, settledChanges } from '../changes/flapping.js';
import { findProblem } from '../changes/problem.js';
import { listUnseen } from '../changes/out-of-sight.js';
import { isInSight } from '../changes/sight.js';
import type { Store } from '../store/store.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { ClientEvent, Problem } from '../../model/alert.js';
import type { Change, SlotState, StoredChange, Waiver } from '../../model/change.js';
import type { ClientCard } from '../../model/client.js';
import type { ReportData } from '../../model/report.js';
import type { MassSilence } from './mass-silence.js';
import { judgeLook, trustLook, type EarlierLooks } from './judge-look.js';

/** One finished look at a slot. */
export interface FinishedLook {
  readonly sweepId: number;
  readonly client: ClientCard;
  readonly slot: string;
  readonly report: ReportData;
  /** Null if this is the first look. */
  readonly earlier: EarlierLooks | null;
  /** What is accepted at the client; nothing if left out. */
  readonly waivers?: readonly Waiver[] | undefined;
  /** All other slots of the client are done. */
  readonly last: boolean;
}

/** How looks are recorded. */
export interface RecordOptions {
  readonly store: Store;
  readonly alerts: AlertConfig | null;
  /** What many sites that fall silent at once are noticed by. */
  readonly massSilence: MassSilence;
  /** Whether a change needs a second look. */
  readonly confirm: boolean;
  readonly now: Date;
}

/** What became of a look. */
export interface Recorded {
  /** What another look has to show as well; null if the result is final. */
  readonly again: EarlierLooks | null;
  /** Changes that count. */
  readonly changes: readonly Change[];
  /** Exposures that stand, and that the look lost sight of or had lost before. */
  readonly unseen: number;
  /** The site fell silent while many did, so that the look does not count. */
  readonly held: boolean;
  /** The look proves nothing, since we ourselves could not see. */
  readonly blind: boolean;
}

const NOTHING: Recorded = { again: null, changes: [], unseen: 0, held: false, blind: false };

/**
 * Stores a look and all that follows from it, in one transaction: its report, the state of the slot, its changes and
 * the alerts that tell of them. So nothing is told that is not stored, and nothing stored that is not told.
 */
export async function recordLook(look: FinishedLook, options: RecordOptions): Promise<Recorded> {
  return options.store.write(async (tx) => {
    const finish = async (): Promise<number | null> => {
      if (look.last) await tx.finishClient(look.sweepId, look.client.id);
      return tx.addResult({ ...look, final: true });
    };
    if (isBlind(look.report)) {
      await finish();
      return { ...NOTHING, blind: true };
    }
    const before = await tx.getState(look.client.id, look.slot);
    const inSight = isInSight(look.report, { endpoint: null }, before?.refusals);
    const mayBeUs = !isRefused(look.report);
    if (look.earlier === null && mayBeUs) options.massSilence.note(before, inSight);
    if (before?.silent === false && !inSight && mayBeUs && options.massSilence.isLikely) {
      if (look.earlier === null) {
        await tx.addResult({ ...look, final: false });
        return { ...NOTHING, again: { suspected: [], unproved: [], refusals: [], agreed: null } };
      }
      const heldId = await finish();
      if (heldId !== null) await tx.noteHeld(look.sweepId);
      await noteUnseen(tx, heldId, before, look.report);
      return { ...NOTHING, held: true };
    }
    const confirms = options.confirm || (look.earlier?.unproved.length ?? 0) > 0;
    const { report, earlier, waivers = [] } = look;
    const judged = confirms ? judgeLook(before, report, earlier, waivers) : trustLook(before, report, waivers);
    if (judged.again) {
      // The first one stays, which a sweep that goes on after a crash begins with.
      if (look.earlier === null) await tx.addResult({ ...look, final: false });
      return { ...NOTHING, again: judged.again };
    }
    const resultId = await finish();
    if (resultId === null) return NOTHING;
    const { state, changes } = judged;
    if (JSON.stringify(state) !== JSON.stringify(before)) {
      const since = isSameStanding(state, before) ? null : { resultId, at: look.report.startedAt };
      await tx.putState(look.client.id, look.slot, state, since);
    }
    await tellChanges(tx, look, changes, options);
    return { ...NOTHING, changes, unseen: await noteUnseen(tx, resultId, state, report) };
  });
}

/** Notes with a result how many exposures stand that it does not show. */
async function noteUnseen(tx: StoreWriter, id: number | null, state: SlotState, report: ReportData): Promise<number> {
  const unseen = listUnseen(state, report).length;
  if (id !== null && unseen > 0) await tx.noteUnseen(id, unseen);
  return unseen;
}

/** Whether a slot stands as it did: how the site refused, and whether it was silent, is for us alone. */
function isSameStanding(a: SlotState, b: SlotState | null): boolean {
  const standing = (state: SlotState) => JSON.stringify({ ...state, refusals: null, silent: null });
  return b !== null && standing(a) === standing(b);
}

/** Whether our own vantage was broken: whatever was seen or not seen then says nothing of the client. */
function isBlind({ findings }: ReportData): boolean {
  return findings.some(({ about, effect }) => about === 'vantage' && effect === 'inconclusive');
}

/** Whether an address was not asked because it must not be, such as a private one: no line of ours is to blame. */
function isRefused({ target: { address, name } }: ReportData): boolean {
  return address === null && name === null;
}

async function tellChanges(
  tx: StoreWriter,
  { sweepId, client, slot, report }: FinishedLook,
  changes: readonly Change[],
  { alerts, now }: RecordOptions,
): Promise<void> {
  const history = await tx.listRecentChanges(client.id, slot, new Date(now.getTime() - FLAPPING_HISTORY_MS));
  const { flapping, suppressed } = judgeFlapping(history, changes, now);
  const settled = settledChanges(history, changes, now);
  const place = { clientId: client.id, slot, sweepId, at: now.toISOString() };
  const told = changes.filter(({ key }) => !suppressed.has(key));
  if (changes.length > 0) {
    await tx.addChanges(
      place,
      changes.map((change) => ({ ...change, alerted: !suppressed.has(change.key) })),
    );
  }
  for (const { id } of settled) await tx.markAlerted(id);
  if (!alerts || told.length + settled.length === 0) return;
  const event: ClientEvent = {
    type: 'changes',
    at: place.at,
    sweepId,
    client: { id: client.id, name: client.name, group: client.group, tags: client.tags, contacts: client.contacts },
    slot,
    address: report.target.address,
    verdict: report.verdict,
    summary: summarise(report),
    changes: [...told, ...settled],
    authorization: report.authorization,
    flapping,
  };
  const findIn = createFinder(tx, { client, slot }, history, place.at);
  for (const routed of routeEvent(alerts, event)) {
    const { channel, mode } = routed;
    for (const { event: one, part } of splitByProblem(routed, alerts)) {
      const key = `${sweepId}/${client.id}/${slot}/${channel}${part === null ? '' : `/${part}`}`;
      const problem = part !== null && one.type === 'changes' ? await findIn(one.changes[0]!) : null;
      const whole = problem ? { ...one, problem } : one;
      await tx.enqueue({ key, channel, digest: mode === 'digest', sweepId, event: whole, at: place.at });
    }
  }
}

/** Finds the problem that a change belongs to, and reads older changes only where the recent ones do not show it. */
function createFinder(
  tx: StoreWriter,
  { client, slot }: Pick<FinishedLook, 'client' | 'slot'>,
  recent: readonly StoredChange[],
  at: string,
): (change: Change) => Promise<Problem | null> {
  let all: readonly StoredChange[] | null = null;
  return async (change) => {
    const known = findProblem(change, at, recent);
    if (known && !known.isOpening) return known;
    all ??= await tx.listRecentChanges(client.id, slot, new Date(0));
    return findProblem(
      change,
      at,
      all.filter(({ key, at: when }) => key !== change.key || when < at || 'id' in change),
    );
  };
}
