import { type Exclusion, NO_EXCLUSION, refuseScope, refuseSpec } from './guard.js';
import { listAddresses, type NameSpec, type RangeSpec, type TargetSpec } from './targets.js';
import {
  formatAddress,
  parseAddress,
  type Resolution,
  type ResolveName,
  scopeOf,
  unmapAddress,
} from '../../model/address.js';
import type { Target } from '../../model/report.js';
import { InputError } from '../text/input-error.js';
import { cutText } from '../../words/sentence.js';

/** At most this many targets are read and resolved ahead of the one in hand, so that slow names do not add up. */
const AHEAD = 8;

/** At most this many addresses are remembered in order not to check one twice. */
const MAX_REMEMBERED = 100_000;

const MAX_PROBLEM = 512;

/** At most this many addresses may be checked without an authorisation on record. */
const AUTHORIZATION_LIMIT = 16;

export interface ExpandOptions {
  readonly specs: Iterable<TargetSpec> | AsyncIterable<TargetSpec>;
  /** How many addresses the specs stand for, names counting as one; null if they stream in. */
  readonly total?: bigint | number | null | undefined;
  readonly exclude?: Exclusion | undefined;
  /**
   * Where only some addresses of a name are excluded, each becomes a target without address and with that as its problem:
   * for those who ask how the name stands as a whole.
   */
  readonly tellExcluded?: boolean | undefined;
  readonly allowSpecial?: boolean | undefined;
  /** Who allowed the check; without it, the 17th address is an error. */
  readonly authorizedBy?: string | null | undefined;
  readonly resolve: ResolveName;
  readonly now?: (() => Date) | undefined;
  /** Called instead of yielding a target whose address was yielded before. */
  readonly onRepeat?: ((target: Target) => void) | undefined;
}

/**
 * Expands what the user gave to single targets, lazily: a /8 is never held in memory. Every address of a name becomes a
 * target; a name that does not resolve, or to an address that must not be checked, becomes a target without address
 * and with its problem. Excluded addresses are left out; an address comes once, as long as no more than 100,000 were
 * given out.
 *
 * @throws InputError at once where the total is more than may be checked without authorisation; later before the first
 * target of a spec that is refused, and instead of the first address beyond what may be checked without authorisation
 */
export function expandTargets(options: ExpandOptions): AsyncGenerator<Target> {
  requireAuthorization(options.total ?? 0, options.authorizedBy);
  return expandEach(options);
}

function requireAuthorization(count: bigint | number, authorizedBy: string | null | undefined): void {
  if (count <= AUTHORIZATION_LIMIT || authorizedBy?.trim()) return;
  throw new InputError(
    (names) =>
      `${count} addresses: more than ${AUTHORIZATION_LIMIT} need ${names.authorizedBy} "who, reference", which the report records`,
  );
}

async function* expandEach(options: ExpandOptions): AsyncGenerator<Target> {
  const { specs, exclude = NO_EXCLUSION, allowSpecial = false, resolve, now = () => new Date() } = options;
  const { tellExcluded = false } = options;
  const seen = new Set<string>();
  let count = 0;
  for await (const resolved of resolveSpecs(specs, resolve, now)) {
    for (const target of expandSpec(resolved, { exclude, allowSpecial, tellExcluded })) {
      if (target.address !== null) {
        if (seen.has(target.address)) {
          options.onRepeat?.(target);
          continue;
        }
        if (seen.size < MAX_REMEMBERED) seen.add(target.address);
        requireAuthorization(++count, options.authorizedBy);
      }
      yield target;
    }
  }
}

/** What is not checked of what a spec stands for. */
interface Leaving {
  readonly exclude: Exclusion;
  readonly allowSpecial: boolean;
  readonly tellExcluded: boolean;
}

function expandSpec(
  { spec, answer, at }: ResolvedSpec,
  { exclude, allowSpecial, tellExcluded }: Leaving,
): Iterable<Target> {
  if (spec.kind === 'range') return expandRange(spec, exclude, allowSpecial);
  if (exclude.covers(spec.name)) return [];
  const describe = (found: Partial<Target>) => ({ ...nameTarget(spec, at), ...found });
  if ('problem' in answer) return [describe({ problem: cutText(`${spec.name}: ${answer.problem}`, MAX_PROBLEM) })];
  if (answer.addresses.length === 0) return [describe({ problem: `${spec.name} has no address` })];
  const missing =
    answer.missing === undefined
      ? []
      : [describe({ problem: cutText(`${spec.name}: ${answer.missing}`, MAX_PROBLEM) })];
  const excluded: Target[] = [];
  const found = answer.addresses.flatMap((text) => {
    const parsed = parseAddress(text);
    if (!parsed)
      return describe({
        problem: cutText(`${spec.name} resolves to ${text}, which is not an IP address`, MAX_PROBLEM),
      });
    const address = formatAddress(unmapAddress(parsed));
    if (exclude.covers(address)) {
      const problem = `${spec.name} also leads to ${address}, which is excluded from the checks`;
      excluded.push(describe({ problem: cutText(problem, MAX_PROBLEM) }));
      return [];
    }
    const scope = scopeOf(parsed);
    const what = refuseScope(scope, allowSpecial);
    if (what === null) return describe({ address, scope });
    return describe({ scope, problem: cutText(`${spec.name} resolves to ${address}, which is ${what}`, MAX_PROBLEM) });
  });
  return [...found, ...(tellExcluded && found.length > 0 ? excluded : []), ...missing];
}

function* expandRange(spec: RangeSpec, exclude: Exclusion, allowSpecial: boolean): Generator<Target> {
  const refusal = refuseSpec(spec, allowSpecial, exclude);
  if (refusal) throw refusal;
  for (const range of exclude.remainder(spec)) {
    for (const address of listAddresses(range)) {
      const scope = scopeOf(parseAddress(address)!);
      yield { input: spec.text, address, name: null, resolvedAt: null, scope, problem: null };
    }
  }
}

function nameTarget({ text, name }: NameSpec, at: Date): Target {
  return { input: text, address: null, name, resolvedAt: at.toISOString(), scope: null, problem: null };
}

/** A target and, for a name, what it resolved to and when. */
export interface ResolvedSpec {
  readonly spec: TargetSpec;
  readonly answer: Resolution;
  readonly at: Date;
}

/** Resolves the names among the targets, a few at once, and gives all targets on in their order. */
async function* resolveSpecs(
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
        // Where the consumer stops early, no one waits for this one any more.
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
    return { problem: `cannot be resolved: ${(error as Error).message}` };
  }
}
