import { listChoices } from '../../words/sentence.js';
import { parseArgs } from 'node:util';
import { InputError } from '../../files/text/input-error.js';
import { suggest } from '../../words/input.js';
import { type Command, optionsOf } from './command.js';
import { checkValue, type Option, type OptionValue, readText } from './option.js';

/** What the arguments of a command ask for; what they give, options and words, stands by its name. */
export type Arguments =
  | { readonly ask: 'help' }
  | { readonly ask: 'version' }
  | { readonly ask: 'run'; readonly values: Readonly<Record<string, unknown>> };

/** An option with all that was given for it. */
interface Flag {
  /** Its name, as errors show it. */
  readonly shown: string;
  readonly option: Option;
  readonly values: unknown[];
}

/**
 * Reads the arguments that follow a command's name. Spellings of nmap are taken too: `-iL FILE`, `-p80,443`.
 * @param name of the command, with `sallyport` before it
 * @throws InputError for arguments that the command does not take
 */
export function parseArguments(name: string, command: Command, args: readonly string[]): Arguments {
  const options = optionsOf(command);
  const { tokens } = parseArgs({
    args: respell(args),
    options: Object.fromEntries(Object.entries(options).map(([option, of]) => [option, describeShape(of)])),
    ...{ strict: false, tokens: true, allowPositionals: true },
  });
  // What is asked for outranks what is wrong.
  for (const ask of ['help', 'version'] as const)
    if (tokens.some((token) => token.kind === 'option' && token.name === ask)) return { ask };
  const flags = new Map<string, Flag>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const isKnown = Object.hasOwn(options, token.name);
    const key = isKnown ? token.name : token.name.replace(/^no-/, '');
    const option = Object.hasOwn(options, key) ? options[key]! : null;
    if (!option) throw refuseArgument(name, command, describeUnknown(token.rawName, options));
    const flag = flags.get(key) ?? { shown: isKnown ? token.rawName : `--${key}`, option, values: [] };
    flags.set(key, flag);
    // With `no-` before its name a switch is off, and all else without a value.
    flag.values.push(isKnown ? readToken(option, token) : false);
  }
  const given = [...flags].map(([key, { shown, option, values }]) => {
    return [key, take(checkValue(option, option.list || values.length > 1 ? values : values[0]), shown)] as const;
  });
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? token.value : []));
  return { ask: 'run', values: { ...Object.fromEntries(given), ...readWords(name, command, words) } };
}

function respell(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, index) => {
    const [, list] = /^-iL=?(.*)$/s.exec(end === -1 || index < end ? arg : '') ?? [];
    return list === undefined ? arg : `--input-list${list && `=${list}`}`;
  });
}

function describeShape(option: Option) {
  const type = option.switch ? ('boolean' as const) : ('string' as const);
  return { type, ...(option.short !== undefined && { short: option.short }) };
}

interface OptionToken {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readToken(option: Option, { rawName, value, inlineValue = false }: OptionToken): unknown {
  if (value === undefined && option.switch) return true;
  // `--rate --quiet` lacks a value, and does not have that one; `-p -100` is a range of ports.
  if (value === undefined || (!inlineValue && /^-[^\d]/.test(value))) return take(MISSING, rawName);
  return readText(option, rawName.startsWith('--') || !inlineValue ? value : value.replace(/^=/, ''));
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
  if (left.length > 0) throw refuseArgument(name, command, `unexpected argument "${left[0]}"`);
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
