import pLimit from 'p-limit';

/**
 * Maps a stream with up to `concurrency` items in flight, and yields results as they finish. Items are taken only
 * as fast as results are: what is in flight and what waits to be taken together never exceed `concurrency`. After
 * an abort no more items are taken, and what is in flight is yielded. An error of the stream or of `map` is thrown
 * once all else is done.
 */
export async function* mapConcurrently<T, R>(
  items: AsyncIterable<T>,
  concurrency: number,
  signal: AbortSignal,
  map: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const limit = pLimit(concurrency);
  const ready: R[] = [];
  const bell = new Bell();
  let failure: { readonly error: unknown } | null = null;
  let inFlight = 0;
  let fed = false;

  const run = async (item: T): Promise<void> => {
    try {
      ready.push(await map(item));
    } catch (error) {
      failure ??= { error };
    } finally {
      inFlight--;
      bell.ring();
    }
  };
  const feed = async (): Promise<void> => {
    try {
      for await (const item of items) {
        if (signal.aborted) break;
        inFlight++;
        void limit(run, item);
        while (inFlight + ready.length >= concurrency && !signal.aborted) await bell.wait();
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      fed = true;
      bell.ring();
    }
  };

  const onAbort = (): void => bell.ring();
  signal.addEventListener('abort', onAbort, { once: true });
  void feed();
  for (;;) {
    if (ready.length > 0) {
      yield ready.shift()!;
      bell.ring();
    } else if (inFlight === 0 && (fed || signal.aborted)) break;
    else await bell.wait();
  }
  signal.removeEventListener('abort', onAbort);
  if (failure) throw (failure as { error: unknown }).error;
}

/** Wakes all who wait. */
class Bell {
  #waiting: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
