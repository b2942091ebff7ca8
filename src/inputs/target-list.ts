import { refuseSpec, requireAuthorization } from './guard.js';
import { parseTargetSpec, type TargetSpec } from './targets.js';
import { readTargetFile } from './target-file.js';

/** Targets from arguments and files. */
export interface TargetList {
  readonly specs: readonly TargetSpec[] | AsyncIterable<TargetSpec>;
  /** Addresses in all before any exclusion, names counting as one; null where standard input is still to come. */
  readonly count: number | null;
}

/** What may be checked. */
export interface TargetListOptions {
  readonly allowSpecial: boolean;
  readonly authorizedBy: string | undefined;
}

/**
 * Opens the targets given as arguments and in files (`-`: standard input). Files are read twice, first to find
 * every error before anything is sent, then as a stream: a list of any length needs no memory.
 * @throws InputError at file:line:column
 */
export async function openTargetList(
  given: readonly string[],
  files: readonly string[],
  options: TargetListOptions,
): Promise<TargetList> {
  const specs = given.map((text) => parseTargetSpec(text));
  if (files.length === 0) return { specs, count: sum(specs) };
  let count: bigint | null = BigInt(sum(specs));
  for (const file of files) {
    if (file === '-') count = null;
    else for await (const spec of readFile(file, options)) count = count === null ? null : count + spec.count;
  }
  if (count !== null) requireAuthorization(count, options.authorizedBy);
  const stream = async function* (): AsyncGenerator<TargetSpec> {
    yield* specs;
    for (const file of files) yield* readFile(file, options);
  };
  return { specs: stream(), count: count === null ? null : Number(count) };
}

async function* readFile(file: string, { allowSpecial }: TargetListOptions): AsyncGenerator<TargetSpec> {
  for await (const { spec } of readTargetFile(file)) {
    const refusal = refuseSpec(spec, allowSpecial);
    if (refusal) throw refusal;
    yield spec;
  }
}

function sum(specs: readonly TargetSpec[]): number {
  return Number(specs.reduce((total, { count }) => total + count, 0n));
}
