import { setTimeout as sleep } from 'node:timers/promises';

/** What time it is, and how a later one is waited for: the clock of this machine, or one that a test sets. */
export interface Clock {
  readonly now: () => Date;
  /** Waits so long, or until the signal comes. Never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};
