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
