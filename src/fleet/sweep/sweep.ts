import { hostname } from 'node:os';
import { type Clock, SYSTEM_CLOCK } from '../../async/clock.js';
import { joinReports } from '../../check/judge/join-reports.js';
import { choosePing, chooseTiming, findControl, type SharedOptions } from '../../check/run/run-options.js';
import { runTargets, type RunTargetsOptions, type SeeEndpoint } from '../../check/run/run-targets.js';
import type { ResolveName } from '../../model/address.js';
import type { Exclusion } from '../../files/targets/guard.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import type { ScheduledRun } from '../store/runs.js';
import type { Store } from '../store/store.js';
import type { LeavingOut, Skipped, SweepTally } from '../store/sweep-tally.js';
import type { Sweep, SweepPlan } from '../store/sweeps.js';
import { Blindness } from './blindness.js';
import { createLapse } from './list-clients.js';
import { type CommonTerms, listLooks, type LookJob } from './list-looks.js';
import { LookQueue } from './look-queue.js';
import { MassSilence } from './mass-silence.js';
import { recordLook } from './record-look.js';
import { listRoster } from './roster.js';
import { tellOperator } from './tell-operator.js';
import { VantageSilence } from './vantage-silence.js';
import type { Change, Unseen } from '../../model/change.js';
import type { VantageHearing } from '../../model/work-status.js';
import { authorizationProblem, type Client } from '../../model/client.js';
import type { ReportData, VantageLook } from '../../model/report.js';
import { slowDown, type Timing } from '../../net/scan/timing.js';

const BEAT_MS = 10_000;
/** Endpoints of a target, for how many targets share the sockets; profiles differ by a few. */
const USUAL_ENDPOINTS = 24;
const MAX_FAILED_LISTED = 1_000;

const BLINDNESS =
  'the control endpoint did not answer, no probe could leave this machine, or the targets are addresses of this machine itself. No change is reported from ' +
  'these checks. Check the network of the machine that runs sallyport.';

/** Makes the looks of a sweep, in any order, and gives a report of each; after an abort no more than what is done. */
export type RunLooks = (
  jobs: AsyncIterable<LookJob>,
  options: RunTargetsOptions & { readonly sweepId: number },
) => AsyncIterable<{ readonly job: LookJob; readonly report: ReportData }>;

/** What to sweep and how. */
export interface SweepOptions extends SharedOptions, CommonTerms {
  readonly store: Store;
  /** Absolute path of the inventory: what a sweep is resumed by. */
  readonly inventory: string;
  readonly clients: Iterable<Client> | AsyncIterable<Client>;
  /** All clients of the inventory, for the list of all; those to be swept where left out. Null: the list is as noted. */
  readonly everyone?: Iterable<Client> | AsyncIterable<Client> | null | undefined;
  /** How the clients were chosen, for the record. */
  readonly filter?: Record<string, unknown> | undefined;
  /** A change counts once a second look shows it, so much later, ms; where they disagree a third. 0: at once. */
  readonly confirmAfterMs: number;
  readonly alerts: AlertConfig | null;
  readonly exclude?: Exclusion | undefined;
  readonly allowSpecial?: boolean | undefined;
  /** The system's resolver, where not given. */
  readonly resolve?: ResolveName | undefined;
  /** Who makes the looks; this process if not given. */
  readonly runLooks?: RunLooks | undefined;
  /** Ends the sweep at once; what is not done yet can be resumed. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SweepProgress) => void) | undefined;
  /** Called with what was seen whenever an endpoint is settled, of any client. */
  readonly onEndpoint?: SeeEndpoint | undefined;
  /** Trouble of our own, each told once, in words. */
  readonly onTrouble?: ((trouble: string) => void) | undefined;
  /** Told now and then, and at the end, how those of several vantages hear of which that is clear. Never rejects. */
  readonly onHearing?: ((hearing: readonly VantageHearing[]) => Promise<void>) | undefined;
  /** This machine's, where not given: the times of the sweep, and its signs of life, are by it. */
  readonly clock?: Clock | undefined;
}

/** What running a prepared sweep takes. */
export type RunSweepOptions = Omit<SweepOptions, 'clients' | 'everyone' | 'filter'>;

/** How far a sweep is. */
export interface SweepProgress {
  /** Clients that are done. */
  readonly finished: number;
  readonly total: number;
  /** Changes that wait for their second look. */
  readonly secondLooks: number;
}

/** A sweep that stands in the store, before its first packet. */
export interface PreparedSweep extends SweepTally {
  readonly sweep: Sweep;
  /** It was begun before, and goes on: what it came to until then counts. */
  readonly resumed: boolean;
}

/** A final result of one slot of a client. */
export interface SweepResult {
  readonly client: Client;
  readonly slot: string;
  readonly report: ReportData;
  /** Changes that count. */
  readonly changes: readonly Change[];
  /** Exposures that stand there and are out of sight. */
  readonly unseen: number;
  /** What they are. */
  readonly lost: readonly Unseen[];
}

/** How a sweep ended. */
export interface SweepEnd {
  readonly state: 'finished' | 'interrupted';
  /** Results that prove nothing, since we ourselves could not see. */
  readonly blind: number;
  /** Results that do not count, since many clients fell silent at once. */
  readonly held: number;
  /** Clients that could not be looked at, such as for a profile that is gone; the first thousand of them. */
  readonly failed: readonly Skipped[];
}

/** Takes over the newest unfinished sweep of the inventory; null if there is none, or its process is still alive. */
export async function resumeSweep({
  store,
  inventory,
  clock = SYSTEM_CLOCK,
}: Pick<SweepOptions, 'store' | 'inventory' | 'clock'>): Promise<PreparedSweep | null> {
  const unfinished = await store.findUnfinished(inventory);
  if (!unfinished || !(await store.claimSweep(unfinished.id, describeOwner(), clock.now()))) return null;
  return { sweep: unfinished, resumed: true, ...(await store.tallySweep(unfinished.id)) };
}

/** Puts a new sweep with all its work into the store. */
export async function beginSweep(options: SweepOptions, now = new Date()): Promise<PreparedSweep> {
  const { store, clients } = options;
  await noteEveryone(options);
  const sweep = await store.beginSweep(describePlan(options, now), clients, (client) => leaveOut(client, now));
  return { sweep, resumed: false, ...(await store.tallySweep(sweep.id)) };
}

/** The same for the run of a schedule; null if that has begun before, or is another one's to begin by now. */
export async function beginRun(run: ScheduledRun, options: SweepOptions, now: Date): Promise<PreparedSweep | null> {
  const { store, clients } = options;
  await noteEveryone(options);
  const plan = describePlan(options, now);
  const sweep = await store.schedulers.beginRun(run, plan, clients, (client) => leaveOut(client, now));
  return sweep && { sweep, resumed: false, ...(await store.tallySweep(sweep.id)) };
}

async function noteEveryone({ store, inventory, clients, everyone = clients }: SweepOptions): Promise<void> {
  if (everyone) await store.putRoster(inventory, listRoster(everyone));
}

function describePlan({ inventory, filter = {} }: SweepOptions, startedAt: Date): SweepPlan {
  return { inventory, filter, owner: describeOwner(), startedAt };
}

function leaveOut(client: Client, now: Date): LeavingOut | null {
  if (client.paused) return { why: 'paused', reason: 'it is paused' };
  const problem = authorizationProblem(client, now);
  return problem === null ? null : { why: 'unauthorised', reason: problem };
}

/** This process, as the store names who runs something. */
export function describeOwner(): { host: string; pid: number } {
  return { host: hostname(), pid: process.pid };
}

/**
 * Runs a prepared sweep: every result is stored before it is given out, and `end` says how it ended. After an abort or
 * a crash, what was not stored yet is done by the next sweep with `resume`.
 */
export async function* runSweep(
  prepared: PreparedSweep,
  options: RunSweepOptions,
  end: (end: SweepEnd) => void = () => {},
): AsyncGenerator<SweepResult> {
  const { store, confirmAfterMs, alerts, clock = SYSTEM_CLOCK } = options;
  const sweepId = prepared.sweep.id;
  const owner = describeOwner();
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const queue = new LookQueue<LookJob>();
  signal.addEventListener('abort', () => queue.close(), { once: true });
  const timing = chooseTiming(options, USUAL_ENDPOINTS);
  const slow = slowDown(timing);
  const control = await findControl(options.control);
  const total = prepared.sweep.remaining;
  let finished = 0;
  const failed = [...prepared.failed];
  const blindness = new Blindness();
  const massSilence = new MassSilence();
  const vantageSilence = new VantageSilence();
  const isOurs = async (isOver: boolean) => {
    const ours = await store.beat(sweepId, clock.now(), owner);
    if (ours) await options.onHearing?.(vantageSilence.listHearing(isOver));
    return ours;
  };
  void keepBeating(() => isOurs(false), clock, signal).then((lost) => lost && stop.abort());
  let suspected = false;
  let { held } = prepared;
  let whole = false;
  try {
    const firsts = listLooks(sweepId, options, signal, (client, reason) => {
      finished++;
      if (reason !== null && failed.length < MAX_FAILED_LISTED) failed.push({ client, reason });
    });
    const { runLooks = runTargets } = options;
    for await (const { job, report } of runLooks(queue.take(expectEach(firsts, blindness, slow)), {
      sweepId,
      timing,
      control,
      ping: choosePing(options, total),
      signal,
      spreadMs: options.spreadMs,
      // What was interrupted does not count here.
      lingerMs: 0,
      onEndpoint: options.onEndpoint,
    })) {
      if (report.interrupted) continue;
      const { client, slot, open, earlier, begun, waivers, terms, silence, authorization = terms.authorization } = job;
      const rejoin = (looks: readonly VantageLook[]) =>
        joinReports(looks, { ...terms, authorization, waivers, silence });
      const recorded = await recordLook(
        { sweepId, client, slot, report, earlier, begun, waivers, last: open.left === 1, rejoin },
        { store, alerts, massSilence, vantageSilence, confirm: confirmAfterMs > 0, now: clock.now() },
      );
      if (massSilence.isLikely && !suspected) {
        suspected = true;
        const title = `Sweep ${sweepId}: many clients fell silent at once`;
        const detail = massSilence.describe();
        options.onTrouble?.(detail);
        if (alerts) await tellOperator(store, alerts, { key: `${sweepId}/silence`, title, detail });
      }
      for (const { name, detail } of vantageSilence.listNew()) {
        options.onTrouble?.(detail);
        const trouble = { key: `${sweepId}/silence/${name}`, title: `Sweep ${sweepId}: ${name} cannot see`, detail };
        if (alerts) await tellOperator(store, alerts, trouble);
      }
      if (recorded.again) {
        const look = { ...job, begun: undefined, timing: slow, earlier: recorded.again };
        queue.done({ look, delayMs: confirmAfterMs });
      } else {
        if (--open.left === 0) finished++;
        queue.done(null);
        if (recorded.held) held++;
        const trouble = blindness.note(report, recorded.blind);
        if (trouble !== null) options.onTrouble?.(trouble);
        const { changes, lost } = recorded;
        yield { client, slot, report: recorded.report, changes, unseen: lost.length, lost };
      }
      options.onProgress?.({ finished, total, secondLooks: queue.waiting });
      if (blindness.isTotal) stop.abort();
    }
    whole = !signal.aborted;
  } finally {
    stop.abort();
    const blind = blindness.count;
    // A store that is away says nothing of that.
    const ours = await isOurs(whole).catch(() => true);
    const state = whole && ours ? 'finished' : 'interrupted';
    if (!ours) options.onTrouble?.(`sweep ${sweepId} is run by another process by now: it is left to that one`);
    if (ours && alerts && blind + failed.length > 0) {
      await tellOperator(store, alerts, {
        key: `${sweepId}/operator`,
        title: `Sweep ${sweepId} is not complete`,
        detail: describeGaps(blind, failed),
      });
    }
    const now = clock.now();
    await store.finishSweep(sweepId, state, now, owner);
    if (ours) await store.messages.closeDigest(sweepId, now);
    const lapse = await createLapse(store, now);
    await store.write((writer) => writer.noteStandings(now, lapse));
    end({ state, blind, held, failed });
  }
}

/** Says again and again that a sweep is under way, until it has ended. Returns whether another process took it over. */
async function keepBeating(isOurs: () => Promise<boolean>, clock: Clock, ended: AbortSignal): Promise<boolean> {
  for (;;) {
    await clock.wait(BEAT_MS, ended);
    if (ended.aborted) return false;
    if (!(await isOurs().catch(() => true))) return true;
  }
}

/**
 * The looks that begin; one that was made before a crash is confirmed as slowly as any. Those at the first address of each
 * client are numbered: all addresses of one fall silent together.
 */
async function* expectEach(looks: AsyncIterable<LookJob>, blindness: Blindness, slow: Timing): AsyncGenerator<LookJob> {
  let begun = 0;
  let of: LookJob['open'] | null = null;
  for await (const look of looks) {
    blindness.expect(look.target.address);
    if (look.earlier) yield { ...look, timing: slow };
    else yield look.open === of ? look : { ...look, begun: begun++ };
    of = look.open;
  }
}

function describeGaps(blind: number, failed: readonly Skipped[]): string {
  return [
    ...(blind > 0 ? [`${blind} checks prove nothing: ${BLINDNESS}`] : []),
    ...failed.slice(0, 10).map(({ client, reason }) => `${client.id} could not be checked: ${reason}`),
    ...(failed.length > 10 ? [`and ${failed.length - 10} more clients`] : []),
  ].join('\n');
}
