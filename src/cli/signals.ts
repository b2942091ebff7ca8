/** What Ctrl-C and a service manager end. */
export interface Ending {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Leaves signals to the system again. */
  release(): void;
}

/** The first SIGINT or SIGTERM ends the work in good order, a second one the process. */
export function catchSignals(onFirst: () => void = () => {}): Ending {
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    onFirst();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: abort.signal,
    release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
