import type { Resolution } from '../model/resolution.js';
import type { TargetSpec } from './targets.js';

/** Resolves a host name. */
export type ResolveName = (name: string) => Promise<Resolution>;

/** A target and, for a name, what it resolved to and when. */
export interface ResolvedSpec {
  readonly spec: TargetSpec;
  readonly answer: Resolution;
  readonly at: Date;
}

/** So many targets are read and resolved ahead of the one in hand, so that slow names don't add up. */
const AHEAD = 8;

/** Resolves the names among the targets, a few at once, and gives all targets on in their order. */
export async function* resolveSpecs(
  specs: Iterable<TargetSpec> | AsyncIterable<TargetSpec>,
  resolve: ResolveName,
  now: () => Date,
): AsyncGenerator<ResolvedSpec> {
  const iterator = Symbol.asyncIterator in specs ? specs[Symbol.asyncIterator]() : specs[Symbol.iterator]();
  const step = async (): Promise<ResolvedSpec | null> => {
    const next = await iterator.next();
    if (next.done) return null;
    const spec = next.value;
    const answer = spec.kind === 'name' ? await resolveSafely(spec.name, resolve) : { addresses: [] };
    return { spec, answer, at: now() };
  };
  const ahead: Promise<ResolvedSpec | null>[] = [];
  try {
    for (;;) {
      while (ahead.length < AHEAD) {
        const next = step();
        // Where the consumer stops early, nobody waits for this one any more.
        next.catch(() => undefined);
        ahead.push(next);
      }
      const resolved = await ahead.shift();
      if (!resolved) return;
      yield resolved;
    }
  } finally {
    // Not awaited: a stream of targets may be waiting for a line that never comes.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

async function resolveSafely(name: string, resolve: ResolveName): Promise<Resolution> {
  try {
    return await resolve(name);
  } catch (error) {
    return { problem: `can not be resolved: ${(error as Error).message}` };
  }
}
