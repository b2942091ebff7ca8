import { combineErrors, MAX_TOLD } from './combine-errors.js';
import { InputError, type InputPlace } from './input-error.js';

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
  addForeign(error: InputError): void;
  /** @throws InputError with a line for each problem, in the order of the lines */
  throwAny(): void;
}

/** Makes an empty list. A problem that several entries inherit from one place is told once. */
export function createProblemList(): ProblemList {
  const told = new Map<string, InputError>();
  let untold = 0;
  const keep = (error: InputError) => void told.set(error.message, error);
  return {
    add(locate, problem) {
      if (told.size >= MAX_TOLD) return void untold++;
      const { place, label } = locate();
      keep(new InputError(label ? `${label}: ${problem}` : problem, place));
    },
    addForeign: keep,
    throwAny() {
      const order = ({ place: { line = 0, column = 0 } }: InputError) => line * 1e6 + column;
      const errors = [...told.values()].sort((a, b) => order(a) - order(b));
      if (errors.length > 0) throw combineErrors(errors, untold);
    },
  };
}
