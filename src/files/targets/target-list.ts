import { type Exclusion, NO_EXCLUSION, refuseSpec } from './guard.js';
import { type Chunks, readTargetFile, readTargets } from './target-file.js';
import { parseTargetSpec, type TargetSpec } from './targets.js';
import { InputError, type InputPlace, showPlace, throwErrors } from '../text/input-error.js';

/** Standard input that ends within this time is read whole before anything is sent, ms. */
const AHEAD_MS = 1_000;

/** As much of it is read ahead, bytes. */
const MAX_AHEAD = 4 << 20;

/** At most this many mistakes are kept; others are counted. */
const MAX_KEPT = 100;

/** At most this many notes are given. */
const MAX_NOTES = 20;

/** Targets from arguments and files. */
export interface TargetList {
  readonly specs: readonly TargetSpec[] | AsyncIterable<TargetSpec>;
  /** Addresses in all before any exclusion, names counting as one; null if standard input is still to come. */
  readonly count: number | null;
}

/** What is listed, and how. */
export interface TargetListOptions {
  /** Targets as arguments. */
  readonly given: readonly string[];
  /** `-`: standard input. */
  readonly files: readonly string[];
  readonly allowSpecial: boolean;
  readonly exclude?: Exclusion | undefined;
  /** What is wrong with other input, to be told together with what is wrong here. */
  readonly mistakes?: InputError | null | undefined;
  /** Takes how targets were understood that are not written as they should be, a line each; not too many. */
  readonly onNote?: ((note: string) => void) | undefined;
  readonly stdin?: Chunks | undefined;
}

/**
 * Opens the targets given as arguments and in files. Files are read twice, first to find every mistake before anything
 * is sent, then as a stream: a list of any length needs no memory. Standard input that ends soon is read ahead for the
 * same reason; what comes later is judged as it comes.
 * @throws InputError with a line for each mistake
 */
export async function openTargetList(options: TargetListOptions): Promise<TargetList> {
  const { given, files, allowSpecial, exclude = NO_EXCLUSION, onNote, stdin = process.stdin } = options;
  const sieve = createSieve((spec) => refuseSpec(spec, allowSpecial, exclude));
  if (options.mistakes) sieve.take(options.mistakes);
  const notes = onNote && limitNotes(onNote);
  const specs = given.flatMap((text) => sieve.take(parse(text), notes));
  const sources: (() => AsyncIterable<TargetSpec>)[] = [];
  let open = false;
  for (const file of files) {
    const ahead = file === '-' ? await readAhead(stdin) : null;
    const read = (told?: Notes) => (ahead ? readTargets(ahead.open(), 'stdin', told) : readTargetFile(file, told));
    const late = ahead !== null && !ahead.whole;
    sources.push(() => passOn(read(late ? notes : undefined), sieve, late ? notes : undefined));
    if (late) open = true;
    else await takeAll(read(notes), sieve, { notes });
  }
  sieve.throwAny();
  const count = open ? null : Number(sieve.count());
  if (files.length === 0) return { specs, count };
  const stream = async function* (): AsyncGenerator<TargetSpec> {
    yield* specs;
    for (const source of sources) yield* source();
  };
  return { specs: stream(), count };
}

/** Takes notes, each with its place before it. */
type Notes = (place: InputPlace, note: string) => void;

function limitNotes(onNote: (note: string) => void): Notes {
  let given = 0;
  return (place, note) => {
    if (given++ < MAX_NOTES) onNote(showPlace(place, note));
  };
}

/** Gives on what passes; what is wrong ends it. */
async function* passOn(
  items: AsyncIterable<TargetSpec | InputError>,
  sieve: Sieve,
  notes: Notes | undefined,
): AsyncGenerator<TargetSpec> {
  for await (const item of items) {
    yield* sieve.take(item, notes);
    sieve.throwAny();
  }
}

/** Reads to the end; a file that cannot be read is one mistake among others. */
async function takeAll(
  items: AsyncIterable<TargetSpec | InputError>,
  sieve: Sieve,
  { notes, keep }: { readonly notes?: Notes | undefined; readonly keep?: (specs: readonly TargetSpec[]) => void },
): Promise<void> {
  try {
    for await (const item of items) {
      const passed = sieve.take(item, notes);
      keep?.(passed);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    sieve.take(error);
  }
}

/** Targets that were read into memory, and what is wrong with others. */
export interface CollectedTargets {
  readonly specs: readonly TargetSpec[];
  /** With a line for each mistake; null if there is none. */
  readonly mistakes: InputError | null;
}

/** Reads the targets of arguments and a file into memory; whether they may be checked is not judged. */
export async function collectTargets(given: readonly string[], file: string | undefined): Promise<CollectedTargets> {
  const sieve = createSieve(() => null);
  const specs = given.flatMap((text) => sieve.take(parse(text)));
  if (file !== undefined) await takeAll(readTargetFile(file), sieve, { keep: (passed) => specs.push(...passed) });
  return { specs, mistakes: attempt(() => sieve.throwAny()) ?? null };
}

/** Lets targets pass with which nothing is wrong, and keeps what is wrong with others. */
interface Sieve {
  take(item: TargetSpec | InputError, notes?: Notes): readonly TargetSpec[];
  /** Addresses that passed, names counting as one. */
  count(): bigint;
  /** @throws InputError with a line for each mistake so far */
  throwAny(): void;
}

function createSieve(judge: (spec: TargetSpec) => InputError | null): Sieve {
  const problems: InputError[] = [];
  let untold = 0;
  let count = 0n;
  return {
    take(item, notes) {
      const problem = item instanceof InputError ? item : judge(item);
      if (problem) {
        if (problems.length < MAX_KEPT) problems.push(problem);
        else untold++;
      }
      if (item instanceof InputError || problem) return [];
      if (item.note !== undefined) notes?.(item.place, item.note);
      count += item.count;
      return [item];
    },
    count: () => count,
    throwAny: () => throwErrors(problems, untold),
  };
}

function parse(text: string): TargetSpec | InputError {
  return attempt(() => parseTargetSpec(text));
}

/** What comes of it, or what is wrong with the input. */
function attempt<T>(work: () => T): T | InputError {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** What was read of a stream before anything is sent. */
interface Ahead {
  /** Whether the stream ended. */
  readonly whole: boolean;
  /** All of the stream; again only if it ended. */
  open(): Chunks;
}

async function readAhead(stream: Chunks): Promise<Ahead> {
  const iterator = stream[Symbol.asyncIterator]();
  const read: (Uint8Array | string)[] = [];
  let size = 0;
  let whole = false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), AHEAD_MS)));
  // Trouble with the stream is reported when it is read on.
  const readOn = () => {
    const next = iterator.next();
    next.catch(() => undefined);
    return next;
  };
  let pending = readOn();
  try {
    while (size <= MAX_AHEAD && !whole) {
      const next = await Promise.race([pending, late]);
      if (next === null) break;
      if (next.done) whole = true;
      else {
        read.push(next.value);
        size += next.value.length;
        pending = readOn();
      }
    }
  } catch {
    // As above.
  } finally {
    clearTimeout(timer);
  }
  const open = async function* (): AsyncGenerator<Uint8Array | string> {
    try {
      yield* read;
      for (let next = await pending; !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { whole, open };
}
