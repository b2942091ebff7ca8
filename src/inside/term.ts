import { limitTime, type TimeLimit } from '../time-limit.js';

/** Begins a term of at most `ms`: the reason of its signal is a part of a sentence. */
export function startTerm(signal: AbortSignal, ms: number): TimeLimit {
  return limitTime(signal, ms, {
    stopped: 'it was cut off',
    over: `it took longer than ${Math.round(ms / 1000)} s in all`,
  });
}

/** Why a term ended. */
export function endReason(signal: AbortSignal): string {
  return String(signal.reason);
}

/** Begins `work` and waits for it, but no longer than the term: then null. Nothing is begun once that has ended. */
export function withinTerm<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(null);
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}
