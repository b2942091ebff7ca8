/** At most this many problems are reported at once. */
const MAX_TOLD = 100;

/** Where in the user's input something is wrong; lines and columns count from 1. */
export interface InputPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly key?: string | undefined;
}

/** The options of the library that errors speak of, as they are called there. */
const OPTIONS = {
  allowSpecial: 'the option allowSpecial',
  allPorts: 'the option allPorts',
  silenceAcceptedBy: 'the option silenceAcceptedBy',
  authorizedBy: 'the option authorizedBy',
  browser: 'the option browser',
  by: 'the option by',
  control: 'the option control',
  listen: 'the option listen',
  proxies: 'the option proxies',
  role: 'the option role',
  sipPort: 'the option sipPort',
  stunPorts: 'the option stunPorts',
  tls: 'the option tls',
};

/** What options are called where an error is shown, as the flags of the command line. */
export type OptionNames = Readonly<Record<keyof typeof OPTIONS, string>>;

/** Bad input from the user: shown as `file:line:column: message` and ends the command with exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** The message without its place. */
  readonly problem: string;
  readonly #word: (names: OptionNames) => string;
  readonly #parts: readonly InputError[];

  /**
   * @param problem a function where it speaks of options
   * @param parts the errors that it is made of, where it is made of several
   */
  constructor(
    problem: string | ((names: OptionNames) => string),
    readonly place: InputPlace = {},
    parts: readonly InputError[] = [],
  ) {
    const word = typeof problem === 'string' ? () => problem : problem;
    super(showPlace(place, word(OPTIONS)));
    this.problem = word(OPTIONS);
    this.#word = word;
    this.#parts = parts;
  }

  /** The errors that it is made of; itself alone otherwise. */
  get parts(): readonly InputError[] {
    return this.#parts.length > 0 ? this.#parts : [this];
  }

  /** The message with other names of the options that it speaks of. */
  say(names: Partial<OptionNames>): string {
    return showPlace(this.place, this.#word({ ...OPTIONS, ...names }));
  }
}

/** Puts a place before what is said of it: `file:line:column: text`. */
export function showPlace({ file, line, column }: InputPlace, text: string): string {
  const where = [file, line, column].filter((part) => part !== undefined).join(':');
  return where ? `${where}: ${text}` : text;
}

/**
 * Makes one error of several: its message has one line for each of the first {@link MAX_TOLD}. A single error is given
 * back as it is.
 * @param untold problems besides
 */
function combineErrors(errors: readonly InputError[], untold = 0): InputError {
  const more = untold + Math.max(errors.length - MAX_TOLD, 0);
  if (errors.length === 1 && more === 0) return errors[0]!;
  const told = errors.slice(0, MAX_TOLD);
  const rest = more > 0 ? [`… and ${more} more`] : [];
  const say = (names: OptionNames): string => [...told.map((error) => error.say(names)), ...rest].join('\n');
  return new InputError(say, {}, told);
}

/**
 * Throws all errors as one, if there are any.
 * @param untold how many more there were
 */
export function throwErrors(errors: readonly InputError[], untold = 0): void {
  if (errors.length > 0) throw combineErrors(errors, untold);
}

/** Where something of an entry stands, and what it is called there. */
export interface Spot {
  readonly place: InputPlace;
  /** As in `clients.acme.address[0]` or, in CSV, the name of the column. */
  readonly label: string;
}

/** Problems of a large file: the first are kept, the others counted. */
export interface ProblemList {
  /** @param locate called only where the problem is kept */
  add(locate: () => Spot, problem: string): void;
  /** Adds an error that has its place already; the same one is reported once. */
  addError(error: InputError): void;
  /** @throws InputError with a line for each problem, in the order of the file's lines; those of other files follow */
  throwAny(): void;
}

/** Makes an empty list for a file. A problem that several entries inherit from one place is reported once. */
export function createProblemList(file: string): ProblemList {
  const told = new Map<string, InputError>();
  let untold = 0;
  const keep = (error: InputError) => void told.set(error.message, error);
  return {
    add(locate, problem) {
      if (told.size >= MAX_TOLD) return void untold++;
      const { place, label } = locate();
      keep(new InputError(label ? `${label}: ${problem}` : problem, label ? { ...place, key: label } : place));
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
