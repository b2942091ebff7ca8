/** A span of work that ends at a signal or when its time is up, whichever comes first. */
export interface Term {
  /** Aborts at the end; its reason is a part of a sentence. */
  readonly signal: AbortSignal;
  /** Lets go of its timer. */
  stop(): void;
}

/** Begins a term of at most `ms`. */
export function startTerm(signal: AbortSignal, ms: number): Term {
  const controller = new AbortController();
  const cutOff = (): void => controller.abort('it was cut off');
  const timer = setTimeout(() => controller.abort(`it took longer than ${Math.round(ms / 1000)} s in all`), ms);
  if (signal.aborted) cutOff();
  signal.addEventListener('abort', cutOff, { once: true });
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cutOff);
    },
  };
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
