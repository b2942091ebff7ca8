/** A limit of time on top of a signal. */
export interface TimeLimit {
  /** Aborted with the signal that it stands on, or when the time is over. */
  readonly signal: AbortSignal;
  /** Whether it was the time. */
  readonly isOver: () => boolean;
  /** Lets go of the timer; call it when the work has ended. */
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
  const end = (): void => controller.abort(reasons.stopped ?? stop.reason);
  const timer = setTimeout(() => {
    over = true;
    controller.abort(reasons.over);
  }, ms);
  if (stop.aborted) end();
  else stop.addEventListener('abort', end, { once: true });
  return {
    signal: controller.signal,
    isOver: () => over,
    release: () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
    },
  };
}

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
