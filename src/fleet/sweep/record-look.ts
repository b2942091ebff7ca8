import type { AlertConfig } from '../alerts/alert-config.js';
import { FLAPPING_HISTORY_MS, settledChanges } from '../changes/flapping.js';
import { isBlind, isInSight } from '../changes/sight.js';
import type { Store } from '../store/store.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { Change, SlotState, Unseen, Waiver } from '../../model/change.js';
import type { ReportData, VantageLook } from '../../model/report.js';
import type { MassSilence } from './mass-silence.js';
import { judgeLook, trustLook, type EarlierLooks } from './judge-look.js';
import { keepState, noteUnseen, storeChanges } from './keep-look.js';
import { type CountedLook, queueAlerts } from './tell-changes.js';
import type { VantageSilence } from './vantage-silence.js';

/** One finished look at a slot. */
export interface FinishedLook extends CountedLook {
  /** Null if this is the first look. */
  readonly earlier: EarlierLooks | null;
  /** What is accepted at the client; nothing if left out. */
  readonly waivers?: readonly Waiver[] | undefined;
  /** Its number in the order in which the looks of a sweep began, if it has one. */
  readonly begun?: number | undefined;
  /** All other slots of the client are done. */
  readonly last: boolean;
  /** Makes a report of what several vantages saw, for one in which some of them count as not having looked. */
  readonly rejoin?: ((vantages: readonly VantageLook[]) => ReportData | null) | undefined;
}

/** How looks are recorded. */
export interface RecordOptions {
  readonly store: Store;
  readonly alerts: AlertConfig | null;
  /** What many sites that fall silent at once are noticed by. */
  readonly massSilence: MassSilence;
  /** What a vantage of several that cannot see is noticed by. */
  readonly vantageSilence?: VantageSilence | undefined;
  /** Whether a change needs a second look. */
  readonly confirm: boolean;
  readonly now: Date;
}

/** What became of a look. */
export interface Recorded {
  /** What counts of it: of several vantages, those that could see. */
  readonly report: ReportData;
  /** What another look has to show as well; null if the result is final. */
  readonly again: EarlierLooks | null;
  /** Changes that count. */
  readonly changes: readonly Change[];
  /** Exposures that stand, and that the look lost sight of or had lost before. */
  readonly lost: readonly Unseen[];
  /** The site fell silent while many did, so that the look does not count. */
  readonly held: boolean;
  /** The look proves nothing, since we ourselves could not see. */
  readonly blind: boolean;
}

/** A look is to be made again, and what the first showed does not count. */
const NOTHING_SUSPECTED: EarlierLooks = { suspected: [], unproved: [], refusals: [], agreed: null };

const NOTHING: Omit<Recorded, 'report'> = { again: null, changes: [], lost: [], held: false, blind: false };

/**
 * Stores a look and all that follows from it, in one transaction: its report, the state of the slot, its changes and
 * the alerts that tell of them. So nothing is told that is not stored, and nothing stored that is not told.
 */
export async function recordLook(look: FinishedLook, options: RecordOptions): Promise<Recorded> {
  return options.store.write(async (tx) => {
    const before = await tx.getState(look.client.id, look.slot);
    const { report, ...sight } = lookWithoutBlind(look, before, options.vantageSilence);
    return { report, ...(await recordCounted(tx, { ...look, report }, { before, ...sight, options })) };
  });
}

/** A look without those of several vantages that are taken for blind, and whether it is to be made again to be sure. */
function lookWithoutBlind(
  { report, earlier, rejoin }: FinishedLook,
  before: SlotState | null,
  vantageSilence: VantageSilence | undefined,
): { readonly report: ReportData } & Sight {
  if (!report.vantages || !vantageSilence || isBlind(report)) return { report, isDoubtful: false, isPartial: false };
  const { without, isDoubtful } = vantageSilence.view(before, report, earlier === null);
  const rejoined = without && rejoin?.(without);
  if (rejoined) return { report: rejoined, isDoubtful: false, isPartial: true };
  return { report, isDoubtful: isDoubtful && earlier === null, isPartial: false };
}

/** How far the vantages of a look could see. */
interface Sight {
  /** It is to be made again, to be sure whether one of them is blind. */
  readonly isDoubtful: boolean;
  /** Some are taken for blind, and count as not having looked. */
  readonly isPartial: boolean;
}

/** What a look that counts is recorded by. */
interface Recording extends Sight {
  readonly before: SlotState | null;
  readonly options: RecordOptions;
}

async function recordCounted(
  tx: StoreWriter,
  look: FinishedLook,
  { before, isDoubtful, isPartial, options }: Recording,
): Promise<Omit<Recorded, 'report'>> {
  const finish = async (): Promise<number | null> => {
    if (look.last) await tx.finishClient(look.sweepId, look.client.id);
    return tx.addResult({ ...look, final: true });
  };
  const { massSilence } = options;
  if (isBlind(look.report)) {
    massSilence.skip(look.begun);
    await finish();
    return { ...NOTHING, blind: true };
  }
  const inSight = isInSight(look.report, { endpoint: null }, before?.refusals);
  const mayBeUs = !isRefused(look.report);
  if (!mayBeUs) massSilence.skip(look.begun);
  else if (look.earlier === null) massSilence.note(before, inSight, look.begun);
  if (before?.silent === false && !inSight && mayBeUs && massSilence.isLikely) {
    if (look.earlier === null) {
      await tx.addResult({ ...look, final: false });
      return { ...NOTHING, again: NOTHING_SUSPECTED };
    }
    const heldId = await finish();
    if (heldId !== null) await tx.noteHeld(look.sweepId);
    await noteUnseen(tx, heldId, before, look.report);
    return { ...NOTHING, held: true };
  }
  if (look.earlier === null && before && (await isOvertaken(tx, look, before))) {
    await tx.addResult({ ...look, final: false });
    return { ...NOTHING, again: NOTHING_SUSPECTED };
  }
  const confirms = options.confirm || (look.earlier?.unproved.length ?? 0) > 0;
  const { report, earlier, waivers = [] } = look;
  const judged = confirms ? judgeLook(before, report, earlier, waivers) : trustLook(before, report, waivers);
  // By the second look it is clear whether it is one site that fell silent to a vantage, or many.
  if (judged.again || isDoubtful) {
    // The first one stays, which a sweep that goes on after a crash begins with.
    if (look.earlier === null) await tx.addResult({ ...look, final: false });
    return { ...NOTHING, again: judged.again ?? NOTHING_SUSPECTED };
  }
  const resultId = await finish();
  if (resultId === null) return NOTHING;
  const { state } = judged;
  // That a vantage of ours is blind is told to the operator, once, and is no news of each client.
  const changes = judged.changes.filter(({ kind }) => !isPartial || kind !== 'no-longer-determined');
  await keepState(tx, look, resultId, { before, state });
  await tellChanges(tx, look, changes, options);
  return { ...NOTHING, changes, lost: await noteUnseen(tx, resultId, state, report) };
}

/** Whether a look began before someone at the site had one made that saw a violation: it is no proof that that is over. */
async function isOvertaken(
  tx: StoreWriter,
  { client, slot, report }: FinishedLook,
  before: SlotState,
): Promise<boolean> {
  return before.verdict === 'violation' && tx.wasLookedAtFromSite(client.id, slot, new Date(report.startedAt));
}

/** Whether an address was not asked because it must not be, such as a private one: no line of ours is to blame. */
function isRefused({ target: { address, name } }: ReportData): boolean {
  return address === null && name === null;
}

/** Stores the changes of a look, and tells those of them, and of before, that are to be told now. */
async function tellChanges(
  tx: StoreWriter,
  look: FinishedLook,
  changes: readonly Change[],
  { alerts, now }: RecordOptions,
): Promise<void> {
  const { client, slot } = look;
  const at = now.toISOString();
  const history = await tx.listRecentChanges(client.id, slot, new Date(now.getTime() - FLAPPING_HISTORY_MS));
  const { told, flapping } = await storeChanges(tx, look, { changes, history, now });
  const settled = settledChanges(history, changes, now);
  for (const { id } of settled) await tx.markAlerted(id);
  if (alerts) await queueAlerts(tx, look, { changes: [...told, ...settled], flapping, history, at }, alerts);
}
