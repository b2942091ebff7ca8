import { listChoices } from '../../words/sentence.js';
import yargs from 'yargs';
import { InputError } from '../../files/text/input-error.js';
import { suggest } from '../../words/input.js';
import { type Command, optionsOf } from './command.js';
import { checkValue, type Option, type Options, type OptionValue, readText } from './option.js';

/** What the arguments of a command ask for; what they give, options and words, stands by its name. */
export type Arguments =
  | { readonly ask: 'help' }
  | { readonly ask: 'version' }
  | { readonly ask: 'run'; readonly values: Readonly<Record<string, unknown>> };

/**
 * Reads the arguments that follow a command's name. Spellings of nmap are taken too: `-iL FILE`, `-p80,443`. What is
 * asked for outranks what is wrong.
 * @param name of the command, with `sallyport` before it
 * @throws InputError for arguments that the command does not take
 */
export function parseArguments(name: string, command: Command, args: readonly string[]): Arguments {
  const options = optionsOf(command);
  const flags = args.slice(0, findEnd(args));
  // Names that every object has upset yargs.
  const upsetting = flags
    .map((arg) => arg.split('=', 1)[0]!)
    .find((flag) => /^--/.test(flag) && flag.replace(/^--(?:no-)?/, '') in {});
  if (upsetting !== undefined) throw refuseArgument(name, command, describeUnknown(upsetting, options));
  const { _: words, $0: _, ...given } = parse(spellOut(args, options), options);
  for (const ask of ['help', 'version'] as const) if (given[ask] !== undefined) return { ask };
  const values = Object.entries(given).map(([key, value]) => {
    const flag = showFlag(key, flags, options);
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (!option) throw refuseArgument(name, command, describeUnknown(flag, options));
    return [key, take(readGiven(option, value, flags.includes(`${flag}=`)), flag)] as const;
  });
  return { ask: 'run', values: { ...Object.fromEntries(values), ...readWords(name, command, words.map(String)) } };
}

/** Has yargs take the arguments apart. What it does not know it hands on, so that no message of its has to be read. */
function parse(args: readonly string[], options: Options) {
  return yargs([...args])
    .parserConfiguration({
      ...{ 'camel-case-expansion': false, 'strip-aliased': true, 'greedy-arrays': false, 'dot-notation': false },
      ...{ 'parse-numbers': false, 'parse-positional-numbers': false },
    })
    .help(false)
    .version(false)
    .exitProcess(false)
    .options(
      Object.fromEntries(
        Object.entries(options).map(([key, { short, switch: isSwitch }]) => [
          key,
          { type: isSwitch ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { alias: short }) },
        ]),
      ),
    )
    .parseSync();
}

/** Where options end: at `--`. */
function findEnd(args: readonly string[]): number {
  return args.includes('--') ? args.indexOf('--') : args.length;
}

/**
 * Rewrites what yargs would take for something else: `-iL FILE` and `-p80,443`, `-` and `-100` as values, and switches
 * with a value (`--quiet=no`).
 */
function spellOut(args: readonly string[], options: Options): string[] {
  const end = findEnd(args);
  const spelt: string[] = [];
  for (const arg of args.slice(0, end)) {
    const before = findValued(spelt.at(-1) ?? '', options);
    if (before && /^-(?:$|\d)/.test(arg)) spelt.push(`${spelt.pop()}=${arg}`);
    else spelt.push(spellArgument(arg, options));
  }
  return [...spelt, ...args.slice(end)];
}

function spellArgument(arg: string, options: Options): string {
  const [, list] = /^-iL=?(.*)$/s.exec(arg) ?? [];
  if (list !== undefined) return `--input-list${list && `=${list}`}`;
  const [, short, attached] = /^-(\w)=?(.+)$/s.exec(arg) ?? [];
  const valued = short === undefined ? undefined : findValued(`-${short}`, options);
  if (valued) return `--${valued}=${attached}`;
  const [, key = '', text = ''] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
  const option = Object.hasOwn(options, key) ? options[key] : undefined;
  if (!option?.switch) return arg;
  const value = take(checkValue(option, readText(option, text)), `--${key}`);
  return value ? `--${key}` : `--no-${key}`;
}

/** The option with a value that a flag without one names. */
function findValued(flag: string, options: Options): string | undefined {
  return Object.keys(options).find((key) => {
    const { short, switch: isSwitch } = options[key]!;
    return !isSwitch && (flag === `--${key}` || (short !== undefined && flag === `-${short}`));
  });
}

/** A flag as it was typed; a known one that was given as `--no-…` by its name. */
function showFlag(key: string, args: readonly string[], options: Options): string {
  const isKnown = Object.hasOwn(options, key);
  const short = isKnown ? options[key]!.short : undefined;
  const typed = args.map((arg) => arg.split('=', 1)[0]!);
  const shown = typed.find((flag) => flag === `--${key}` || flag === `-${short ?? key}`);
  return shown ?? (!isKnown && typed.includes(`--no-${key}`) ? `--no-${key}` : `--${key}`);
}

function readGiven(option: Option, given: unknown, hasSign: boolean): OptionValue {
  const all = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  // An option without a value has an empty text from yargs, the same as `--rate=`.
  if (all.includes('') && !hasSign) return MISSING;
  const values = all.map((one) => (typeof one === 'string' ? readText(option, one) : one));
  return checkValue(option, option.list || values.length > 1 ? values : values[0]);
}

const MISSING: OptionValue = { problem: 'a value is missing' };

function take(result: OptionValue, shown: string): unknown {
  if ('problem' in result) throw new InputError(`${shown}: ${result.problem}`);
  return result.value;
}

function readWords(name: string, command: Command, words: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let left = words;
  for (const [key, option] of Object.entries(command.words)) {
    const [word, ...rest] = left;
    if (word === undefined && option.required) throw new InputError(describeMissing(name, key, option));
    if (word === undefined) break;
    const result = checkValue(option, option.list ? left : word);
    if ('problem' in result)
      throw new InputError(`${key}: ${result.problem}${command.secret ? `. ${command.secret}` : ''}`);
    values[key] = result.value;
    left = option.list ? [] : rest;
  }
  if (left.length > 0) throw refuseArgument(name, command, `unexpected argument "${left[0]}"; see ${name} --help`);
  return values;
}

function describeMissing(name: string, key: string, { choices }: Option): string {
  return `${key} is missing${choices ? `: expected ${listChoices(choices)}` : `; see ${name} --help`}`;
}

function describeUnknown(flag: string, options: Readonly<Record<string, Option>>): string {
  const flags = Object.keys(options).map((option) => `--${option}`);
  return `unknown option ${flag}${suggest(flag, flags)}`;
}

/** The error for an argument that a command does not take. Where it may be a secret, it is not repeated. */
export function refuseArgument(name: string, { secret }: Command, problem: string): InputError {
  if (secret === undefined) return new InputError(problem);
  return new InputError(`there is an unknown argument or option; see ${name} --help. ${secret}`);
}
