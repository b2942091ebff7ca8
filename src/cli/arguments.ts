import { InputError } from '../files/text/input-error.js';
import { NUMBER_LIMITS, OPTION_NAMES, type OptionName } from './options.js';
import { isList, isSwitch, readOptionText } from './option-value.js';

/**
 * Rewrites spellings that yargs does not know or would take for something else: nmap's `-iL FILE` and `-p80,443`,
 * `-` as the value of a list, switches with a value (`--quiet=no`), and values that were left out after `=`.
 * @throws InputError for a switch or a number with a value that it can't have
 */
export function normaliseArguments(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const [before, after] = end === -1 ? [argv, []] : [argv.slice(0, end), argv.slice(end)];
  return [...joinDashes(before.map(normaliseArgument)), ...after];
}

function joinDashes(args: readonly string[]): string[] {
  const isListName = (arg: string | undefined) => OPTION_NAMES.some((name) => isList(name) && arg === `--${name}`);
  return args.flatMap((arg, index) => {
    if (arg === '-' && isListName(args[index - 1])) return [];
    return isListName(arg) && args[index + 1] === '-' ? [`${arg}=-`] : [arg];
  });
}

function normaliseArgument(arg: string): string {
  const [, list, ports] = /^-(?:iL=?(.*)|p=?(.+))$/s.exec(arg) ?? [];
  if (list !== undefined) return list === '' ? '--input-list' : `--input-list=${list}`;
  if (ports !== undefined) return `--ports=${ports}`;
  const [, key = '', text = ''] = /^--([a-z-]+)=(.*)$/s.exec(arg) ?? [];
  const name = OPTION_NAMES.find((option) => option === key);
  return name && (isSwitch(name) || NUMBER_LIMITS[name] || text === '') ? normaliseValue(name, text) : arg;
}

function normaliseValue(name: OptionName, text: string): string {
  const result = readOptionText(name, text);
  if ('problem' in result) throw new InputError(`--${name}: ${result.problem}`);
  if (typeof result.value === 'boolean') return result.value ? `--${name}` : `--no-${name}`;
  return `--${name}=${String(result.value)}`;
}
