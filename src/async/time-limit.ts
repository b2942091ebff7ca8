/** What ends work: a signal, the time, or the caller. */
export interface TimeLimit {
  /** Aborted by whatever comes first. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  readonly isOver: () => boolean;
  /** Aborts it now. */
  end(reason?: unknown): void;
  /** Lets go of the timer: neither the time nor the other signal ends it after that. */
  release(): void;
}

/**
 * Limits work to `ms`. With a timer of its own: on Node 20 `AbortSignal.timeout()` within `AbortSignal.any()` is
 * forgotten by the garbage collector, and never fires.
 * @param reasons of the abort, by what ended it; the signal's own and the default one where they are not given
 */
export function limitTime(
  stop: AbortSignal,
  ms: number,
  reasons: { readonly stopped?: unknown; readonly over?: unknown } = {},
): TimeLimit {
  const controller = new AbortController();
  let over = false;
  const release = (): void => {
    clearTimeout(timer);
    stop.removeEventListener('abort', stopped);
  };
  const end = (reason?: unknown): void => {
    release();
    controller.abort(reason);
  };
  const stopped = (): void => end(reasons.stopped ?? stop.reason);
  const timer = setTimeout(() => {
    over = true;
    end(reasons.over);
  }, ms);
  onAbort(stop, stopped);
  return { signal: controller.signal, isOver: () => over, end, release };
}

/** Does work within a time, by whose end or the signal's it has to end itself. */
export async function limitWork<T>(
  stop: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = limitTime(stop, ms);
  try {
    return await work(limit.signal);
  } finally {
    limit.release();
  }
}

/** Begins `work` and waits for it, but no longer than the signal: then null. Nothing is begun once that has come. */
export async function waitWithin<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  if (signal.aborted) return null;
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => resolve(null));
    work().then(resolve, reject).finally(forget);
  });
}

/** A signal that follows another after `ms`, and how to let go of its timer. */
export function endLater(stop: AbortSignal, ms: number): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const forget = onAbort(stop, () => (timer = setTimeout(() => controller.abort(), ms)));
  const release = (): void => {
    forget();
    clearTimeout(timer);
  };
  return { signal: controller.signal, release };
}

/** Calls `run` once the signal is aborted, or now where it is. Returns how to forget that. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) run();
  else signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
