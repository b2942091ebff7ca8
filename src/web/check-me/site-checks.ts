import { limitWork } from '../../async/time-limit.js';
import type { Invite } from '../../model/invite.js';
import { indexServices } from '../../model/profile.js';
import type { Observation, Report } from '../../model/report.js';
import { checkCaller } from '../../vantage/check-caller.js';
import type { VantageContext } from '../../vantage/vantage-context.js';

/** Open endpoints that are shown while a check is under way, at most. */
const MOST_SHOWN = 40;

/** How long the end of a check is told, ms. */
const ENDED_MS = 15_000;

/** How far a check is. */
export interface CheckProgress {
  readonly settled: number;
  /** Null before the first is settled. */
  readonly total: number | null;
  /** What answered so far, in words. */
  readonly open: readonly string[];
}

interface Running {
  progress: CheckProgress;
}

/** Takes what a check came to, once it is kept with its invite. */
export type KeepReport = (invite: Invite, report: Report) => Promise<void>;

/**
 * The checks that pages began. Each goes on by itself, whether someone watches it or not: a phone may lose its connection
 * meanwhile. It is bound to one address, and ends in time.
 */
export class SiteChecks {
  readonly #running = new Map<string, Running>();
  readonly #work = new Set<Promise<void>>();
  /** Those who still have to hear that it has ended. */
  readonly #ended = new Map<string, number>();

  constructor(
    private readonly context: VantageContext,
    private readonly keep: KeepReport,
  ) {}

  /** How far the check of an invite is; null if none is under way here. */
  progressOf({ id }: Invite): CheckProgress | null {
    return this.#running.get(id)?.progress ?? null;
  }

  /** Whether a check has ended so lately that someone who watched it may not know yet. */
  endedJustNow({ id }: Invite): boolean {
    for (const [other, at] of this.#ended) if (performance.now() - at > ENDED_MS) this.#ended.delete(other);
    return this.#ended.has(id);
  }

  /** Begins the check of an invite that was used just now; `done` is called at its end, whatever that is. */
  begin(invite: Invite, address: string, done: () => void): void {
    const running: Running = { progress: { settled: 0, total: null, open: [] } };
    this.#running.set(invite.id, running);
    const work = this.#run(invite, address, running)
      .catch((error: unknown) => this.context.onTrouble(error))
      .finally(() => {
        this.#running.delete(invite.id);
        this.#ended.set(invite.id, performance.now());
        this.#work.delete(work);
        done();
      });
    this.#work.add(work);
  }

  /** Resolves once all have ended, and what they came to is kept. */
  async settle(): Promise<void> {
    await Promise.all(this.#work);
  }

  async #run(invite: Invite, address: string, running: Running): Promise<void> {
    const { limits, ending, metrics, invites } = this.context;
    const { client, profile, source, id } = invite;
    const services = indexServices(profile);
    const onProgress = (seen: Observation, total: number): void => {
      const { settled, open } = running.progress;
      const name = `${services.get(seen.endpoint)?.title ?? 'Another port'} (${seen.endpoint})`;
      const shown = seen.state === 'open' && open.length < MOST_SHOWN ? [...open, name] : open;
      running.progress = { settled: settled + 1, total, open: shown };
    };
    const authorization = `asked from its own address with the code of invite ${id} for ${client}`;
    const report = await limitWork(ending, limits.checkSeconds * 1_000, (signal) =>
      checkCaller({ address, authorization, profile, source, timing: 'normal', signal, onProgress }),
    );
    if (!report) return;
    metrics.countCheck(report.verdict);
    await invites!.folder.putReport(invite, report, false);
    await this.#keep(invite, report);
  }

  /** Stores what was left when we were ended, or could not be stored. */
  keepLeft(): void {
    const work = this.#keepAll()
      .catch((error: unknown) => this.context.onTrouble(error))
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  async #keepAll(): Promise<void> {
    const { ending, invites } = this.context;
    for await (const { invite, report } of invites!.folder.listUnkept()) {
      if (ending.aborted) return;
      await this.#keep(invite, report);
    }
  }

  async #keep(invite: Invite, report: Report): Promise<void> {
    await this.keep(invite, report);
    await this.context.invites!.folder.putReport(invite, report, true);
  }
}
