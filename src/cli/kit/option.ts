import { suggest } from '../../words/input.js';
import { listChoices } from '../../words/sentence.js';

/** What a number may be. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
}

/**
 * An option of a command, or a word that the command takes. It is a switch, a number where it has limits, and text
 * otherwise. Declared once, as a constant: the type of its value comes from here.
 */
export interface Option {
  readonly describe: string;
  readonly switch?: true;
  readonly limits?: Limits;
  readonly choices?: readonly string[];
  /** Values that exist elsewhere and make no sense here, with the reason. */
  readonly unfit?: Readonly<Record<string, string>>;
  /** May be given several times. */
  readonly list?: true;
  readonly required?: true;
  /** Value if none is given; not for options of a file and the environment, which rank below flags. */
  readonly default?: string | number;
  /** What applies if none is given, for help only. */
  readonly otherwise?: string;
  /** Only as a flag: what a person answers for once is no standing setting. */
  readonly flagOnly?: true;
  /** Letter of the short form. */
  readonly short?: string;
  /** What help calls the value. */
  readonly value?: string;
  /** Heading in help. */
  readonly group?: string;
  /** What completion offers besides the choices. */
  readonly complete?: 'client' | 'profile' | 'rule' | 'rule of check';
}

export type Options = Readonly<Record<string, Option>>;

type Text<O> = O extends { choices: readonly (infer C)[] } ? C : string;
type Value<O> = O extends { switch: true }
  ? boolean
  : O extends { limits: Limits }
    ? number
    : O extends { list: true }
      ? readonly Text<O>[]
      : Text<O>;

/** The values of options; undefined for one that was not given. */
export type Values<O extends Options> = {
  readonly [N in keyof O]:
    Value<O[N]> | (O[N] extends { required: true } | { default: string | number } ? never : undefined);
};

/** Puts options below one heading of the help. */
export function inGroup<const O extends Options>(group: string, options: O): O {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, group }])) as O;
}

/** A value that fits its option, or what is wrong with it in words that follow the option's name and a colon. */
export type OptionValue = { readonly value: unknown } | { readonly problem: string };

/** Checks a value of a configuration file, or one that {@link readText} made of a text. */
export function checkValue(option: Option, given: unknown): OptionValue {
  if (option.list) return checkList(option, Array.isArray(given) ? given : [given]);
  if (Array.isArray(given)) return { problem: `expected one value, not ${given.length}` };
  if (option.limits) return checkNumber(given, option.limits);
  if (option.switch) return typeof given === 'boolean' ? { value: given } : { problem: 'expected true or false' };
  // A number may be meant as text: `ports: 80` in a configuration file.
  const text = Number.isFinite(given) ? String(given) : given;
  if (typeof text !== 'string' || text === '') return { problem: 'a value is missing' };
  const { choices, unfit = {} } = option;
  if (!choices || choices.includes(text)) return { value: text };
  if (Object.hasOwn(unfit, text)) return { problem: `"${text}" does not fit: ${unfit[text]}` };
  return { problem: `expected ${listChoices(choices)}${suggest(text, choices)}` };
}

function checkList(option: Option, given: readonly unknown[]): OptionValue {
  const { list: _list, ...one } = option;
  const results = given.map((item) => checkValue(one, item));
  const problem = results.find((result) => 'problem' in result);
  return problem ?? { value: results.map((result) => 'value' in result && result.value) };
}

function checkNumber(given: unknown, { least, most, whole = false }: Limits): OptionValue {
  const fits = typeof given === 'number' && given >= least && given <= most && (!whole || Number.isSafeInteger(given));
  if (fits) return { value: given };
  const range = most === Infinity ? `, at least ${least}` : ` from ${least} to ${most}`;
  return { problem: `expected a ${whole ? 'whole ' : ''}number${range}` };
}

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, '1': true },
  ...{ false: false, no: false, off: false, '0': false },
};

/** What a text of the command line or the environment stands for; {@link checkValue} refuses what fits nothing. */
export function readText({ limits, switch: isSwitch }: Option, text: string): unknown {
  const word = text.trim().toLowerCase();
  if (isSwitch) return Object.hasOwn(SWITCH_WORDS, word) ? SWITCH_WORDS[word] : text;
  return limits ? (word === '' ? NaN : Number(word)) : text;
}

/** The variable of the environment that gives an option. */
export function nameVariable(option: string): string {
  return `${VARIABLE_PREFIX}${option.toUpperCase().replaceAll('-', '_')}`;
}

/** What the names of our variables begin with. */
export const VARIABLE_PREFIX = 'SALLYPORT_';

/** What a command is given of options of which none is set. */
export function unset<O extends Options>(options: O): { readonly [K in keyof O]: undefined } {
  return Object.fromEntries(Object.keys(options).map((name) => [name, undefined])) as { [K in keyof O]: undefined };
}
