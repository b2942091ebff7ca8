import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../files/text/input-error.js';
import type { CodeOutcome } from '../../fleet/store/made-codes.js';
import type { Store } from '../../fleet/store/store.js';
import type { SiteCheck } from '../../fleet/sweep/take-site-check.js';
import type { NewInvite } from '../../model/invite.js';
import type { MadeInviteCode } from '../../model/vantage-api.js';

/** Where codes for a check from the site are made, and what became of them is known. */
export interface InvitePlace {
  /** Where the page is that takes them; null if that is not known. */
  readonly page: string | null;
  /** @throws InputError if none can be had, with the reason */
  make(wanted: NewInvite, seconds: number, now: Date): Promise<MadeInviteCode>;
  /**
   * What became of a code; null if the place does not know it.
   * @throws InputError if it cannot be asked
   */
  read(invite: string, now: Date): Promise<CodeOutcome | null>;
}

/** Stores what the check of a code came to, once. */
export type KeepCheck = (check: SiteCheck, now: Date) => Promise<void>;

/** How often it is asked what became of codes, ms. */
const ASK_MS = 30_000;

/** Codes that are asked for at once. */
const MOST_ASKED = 20;

const HOUR_MS = 3_600_000;
/**
 * How long after its end a code is asked for, ms: a check may begin just before; one that is under way, or of which
 * nothing was heard since no one could be asked, may have come to something long ago.
 */
const AFTERWARDS_MS = { any: HOUR_MS, used: 24 * HOUR_MS, open: 30 * 24 * HOUR_MS } as const;

/** Makes codes for clients, remembers them in the store, and stores what the checks came to. */
export class InviteDesk {
  /** Why the place could not be asked the last time; null if it could. */
  problem: string | null = null;

  constructor(
    private readonly store: Store,
    private readonly place: InvitePlace,
    private readonly keep: KeepCheck,
  ) {}

  get page(): string | null {
    return this.place.page;
  }

  /**
   * Makes a code for a client.
   * @throws InputError if none can be had, with the reason
   */
  async make(wanted: NewInvite, seconds: number, now: Date): Promise<MadeInviteCode> {
    const made = await this.place.make(wanted, seconds, now);
    const { client: clientId, createdBy } = wanted;
    const { id: invite, expiresAt } = made;
    const createdAt = now.toISOString();
    await this.store.codes.add({ invite, clientId, by: createdBy ?? '', state: 'open', createdAt, expiresAt });
    return made;
  }

  /** Asks what became of codes of which more may be heard, and stores it. */
  async refresh(now: Date): Promise<void> {
    const before = (ms: number): Date => new Date(now.getTime() - ms);
    const { any, used, open } = AFTERWARDS_MS;
    const after = { any: before(any), used: before(used), open: before(open) };
    for (const code of await this.store.codes.listPending(after, MOST_ASKED)) {
      try {
        const outcome = await this.place.read(code.invite, now);
        const { invite, clientId: client } = code;
        if (outcome?.report) await this.keep({ client, invite, report: outcome.report }, now);
        await this.store.codes.settle(code, outcome?.state ?? 'forgotten', now);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        this.problem = error.message;
        // The next time it is another one's turn.
        return this.store.codes.settle(code, code.state, now);
      }
    }
    this.problem = null;
  }

  /** Does so again and again, until it is stopped. */
  async follow(signal: AbortSignal, onTrouble: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      await this.refresh(new Date()).catch(onTrouble);
      await sleep(ASK_MS, undefined, { signal }).catch(() => {});
    }
  }
}
