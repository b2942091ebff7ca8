import pLimit from 'p-limit';
import { Bell } from './bell.js';
import { onAbort } from './time-limit.js';

/**
 * Maps a stream with up to `concurrency` items in flight, and yields results as they finish. Items are taken only
 * as fast as results are: what is in flight and what waits to be taken together never exceed `concurrency`. After
 * an abort no more items are taken, and what is in flight is yielded. An error of the stream or of `map` is thrown
 * once all else is done. A consumer that stops early ends the stream, and what is in flight is left alone.
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
  let over = false;

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
      if (over) return;
      for await (const item of items) {
        if (over) break;
        inFlight++;
        void limit(run, item);
        await bell.until(() => over || inFlight + ready.length < concurrency);
        if (over) break;
      }
    } catch (error) {
      failure ??= { error };
    } finally {
      fed = true;
      bell.ring();
    }
  };

  const end = (): void => {
    over = true;
    bell.ring();
  };
  const forget = onAbort(signal, end);
  void feed();
  try {
    for (;;) {
      await bell.until(() => ready.length > 0 || (inFlight === 0 && (fed || over)));
      if (ready.length === 0) break;
      yield ready.shift()!;
      bell.ring();
    }
  } finally {
    forget();
    end();
  }
  if (failure) throw (failure as { error: unknown }).error;
}
