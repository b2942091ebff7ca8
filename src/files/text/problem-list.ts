import { combineErrors, InputError, type InputPlace, MAX_TOLD } from './input-error.js';

/** Where something of an entry stands, and what it is called there. */
export interface Spot {
  readonly place: InputPlace;
  /** As in `clients[3].address[0]` or, in CSV, the name of the column. */
  readonly label: string;
}

/** Problems of a large file: the first are kept, the others counted. */
export interface ProblemList {
  /** @param locate called only where the problem is kept */
  add(locate: () => Spot, problem: string): void;
  /** Adds an error that has its place already; the same one is told once. */
  addError(error: InputError): void;
  /** @throws InputError with a line for each problem, in the order of the file's lines; those of other files follow */
  throwAny(): void;
}

/** Makes an empty list for a file. A problem that several entries inherit from one place is told once. */
export function createProblemList(file: string): ProblemList {
  const told = new Map<string, InputError>();
  let untold = 0;
  const keep = (error: InputError) => void told.set(error.message, error);
  return {
    add(locate, problem) {
      if (told.size >= MAX_TOLD) return void untold++;
      const { place, label } = locate();
      keep(new InputError(label ? `${label}: ${problem}` : problem, place));
    },
    addError: keep,
    throwAny() {
      const errors = [...told.values()].sort((a, b) => rank(a, file) - rank(b, file));
      if (errors.length > 0) throw combineErrors(errors, untold);
    },
  };
}

/** Sorts by line and column; other files come last, in the order in which they were found. */
function rank({ place }: InputError, file: string): number {
  return place.file === file ? (place.line ?? 0) * 1e6 + (place.column ?? 0) : Number.MAX_VALUE;
}
