import type { Options } from 'yargs';
import { NUMBER_LIMITS, OPTIONS, type OptionName } from './options.js';
import { suggest } from '../words/input.js';

/** A value that fits its option, or what is wrong with it in words that follow the option's name and a colon. */
export type OptionValue = { readonly value: unknown } | { readonly problem: string };

const optionOf = (name: OptionName): Options => OPTIONS[name];

/** Whether an option is on or off, and takes no value. */
export function isSwitch(name: OptionName): boolean {
  return optionOf(name).type === 'boolean';
}

/** Whether an option may be given several times. */
export function isList(name: OptionName): boolean {
  return optionOf(name).array === true;
}

/** Checks a value of a flag or of a configuration file. */
export function readOptionValue(name: OptionName, given: unknown): OptionValue {
  if (isList(name)) return readList(given);
  if (Array.isArray(given)) return { problem: `expected one value, not ${given.length}` };
  const limits = NUMBER_LIMITS[name];
  if (limits) return readNumber(given, limits);
  if (isSwitch(name)) return typeof given === 'boolean' ? { value: given } : { problem: 'expected true or false' };
  const text = readText(given);
  if (text === null) return NO_VALUE;
  const choices = optionOf(name).choices as readonly string[] | undefined;
  if (!choices || choices.includes(text)) return { value: text };
  return { problem: `expected ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}${suggest(text, choices)}` };
}

/** Checks the text of an environment variable. Lists are separated by white space. */
export function readOptionText(name: OptionName, text: string): OptionValue {
  if (isList(name)) return readList(text.trim().split(/\s+/));
  if (isSwitch(name)) return readOptionValue(name, SWITCH_WORDS[text.trim().toLowerCase()]);
  if (NUMBER_LIMITS[name]) return readOptionValue(name, text.trim() === '' ? NaN : Number(text));
  return readOptionValue(name, text);
}

const NO_VALUE: OptionValue = { problem: 'a value is missing' };

const SWITCH_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** Text, or a number that was meant as such: `ports: 80` in a configuration file. */
function readText(given: unknown): string | null {
  const text = Number.isFinite(given) ? String(given) : given;
  return typeof text === 'string' && text !== '' ? text : null;
}

function readList(given: unknown): OptionValue {
  const items = (Array.isArray(given) ? given : [given]).map(readText);
  return items.includes(null) ? NO_VALUE : { value: items };
}

function readNumber(given: unknown, { least, most, whole }: { least: number; most: number; whole: boolean }) {
  const fits = typeof given === 'number' && given >= least && given <= most && (!whole || Number.isInteger(given));
  return fits ? { value: given } : { problem: `expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}` };
}
