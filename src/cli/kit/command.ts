import type { Option, Options, Values } from './option.js';

/**
 * A command of the command line. A new one is a file in `commands/` that exports `command`, and a line in
 * `commands/registry.ts`.
 */
export interface Command {
  /** What it does, in one line; a command of the first word has it in the registry, so that help need not load it. */
  readonly title?: string;
  /** The words that it takes besides options, in their order; a list comes last. */
  readonly words: Options;
  readonly options: Options;
  /** Whether a file (`--config`) and the environment may give its options too. */
  readonly configurable?: true;
  /** Commands of a further word, by that word. */
  readonly subcommands?: Readonly<Record<string, Command>>;
  /** Calls, without `sallyport`, and what they answer. */
  readonly examples?: readonly (readonly [call: string, answers: string])[];
  /** What else help has to say, exit codes among it; one paragraph each. */
  readonly notes?: readonly string[];
  /** For a command of which no argument may be repeated, since any may be a secret: what errors say instead. */
  readonly secret?: string;
  /** Does the work, and resolves to the exit code; missing if a further word has to be given. */
  readonly run?: (values: never) => Promise<number>;
}

type NoOptions = Readonly<Record<never, Option>>;

/** Declares a command; what `run` is given has the types that words and options declare. */
export function defineCommand<const W extends Options = NoOptions, const O extends Options = NoOptions>(
  command: Omit<Command, 'words' | 'options' | 'run'> & {
    readonly words?: W;
    readonly options?: O;
    readonly run?: (values: Values<NoInfer<W>> & Values<NoInfer<O>>) => Promise<number>;
  },
): Command {
  return { words: {}, options: {}, ...command };
}

/** Every option of a command, those that all have among them. */
export function optionsOf({ options }: Command): Options {
  return { ...options, ...COMMON };
}

const COMMON = {
  help: { switch: true, short: 'h', describe: 'Show this help' },
  version: { switch: true, short: 'V', describe: 'Show the version' },
} as const satisfies Record<string, Option>;
