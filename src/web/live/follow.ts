import { onAbort } from '../../async/time-limit.js';
import type { StreamEvent } from '../../server/event-stream.js';

/** Gives out the newest of what a source tells, until the signal: what was overtaken meanwhile is left out. */
export async function* follow(
  listen: (onChange: (event: StreamEvent) => void) => () => void,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  let newest: StreamEvent | null = null;
  let wake = (): void => {};
  const stop = listen((event) => {
    newest = event;
    wake();
  });
  const forget = onAbort(signal, () => wake());
  try {
    while (!signal.aborted) {
      if (newest !== null) {
        const event: StreamEvent = newest;
        newest = null;
        yield event;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (newest !== null || signal.aborted) resolve();
        });
      }
    }
  } finally {
    forget();
    stop();
  }
}
