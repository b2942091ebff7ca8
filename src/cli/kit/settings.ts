import { InputError, throwErrors } from '../../files/text/input-error.js';
import { problemAt, readYaml } from '../../files/text/yaml-document.js';
import { suggest } from '../../words/input.js';
import {
  checkValue,
  nameVariable,
  type Option,
  type Options,
  type OptionValue,
  readText,
  VARIABLE_PREFIX,
} from './option.js';

type Given = Readonly<Record<string, unknown>>;

/**
 * Joins the options of a configuration file (`--config`, SALLYPORT_CONFIG), of the environment and of flags; each of
 * these outranks the one before.
 * @param flags options that the arguments gave, checked already
 * @param isElsewhere whether another command has an option of this name
 * @throws InputError that names where the bad value came from
 */
export async function readSettings(
  options: Options,
  flags: Given,
  env: NodeJS.ProcessEnv,
  isElsewhere: (name: string) => Promise<boolean>,
): Promise<Given> {
  const above: Given = { ...(await readEnvironment(options, env, isElsewhere)), ...flags };
  const config = above['config'];
  const file = typeof config === 'string' ? await readConfigFile(options, config) : {};
  return { ...file, ...above };
}

/**
 * Options from SALLYPORT_ variables; empty ones count as not set. A variable that looks like a mistyped option is an
 * error, since what it should have excluded would be checked; others are left to whom they belong.
 */
async function readEnvironment(
  options: Options,
  env: NodeJS.ProcessEnv,
  isElsewhere: (name: string) => Promise<boolean>,
): Promise<Given> {
  const settings: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(env).sort()) {
    if (!variable.startsWith(VARIABLE_PREFIX)) continue;
    const name = variable.slice(VARIABLE_PREFIX.length).toLowerCase().replaceAll('_', '-');
    const option = Object.hasOwn(options, name) && variable === nameVariable(name) ? options[name] : undefined;
    if (option?.flagOnly && text) throw new InputError(`${variable}: can only be given as --${name}, each time anew`);
    if (option && text) {
      const value = option.list ? text.trim().split(/\s+/) : readText(option, text);
      const result = checkValue(option, value);
      if ('problem' in result) throw new InputError(`${variable}: ${result.problem}`);
      settings[name] = result.value;
    } else if (!option) {
      const hint = suggest(name, Object.keys(options));
      if (hint !== '' && !(await isElsewhere(name))) throw new InputError(`${variable} is not an option${hint}`);
    }
  }
  return settings;
}

/** Options of a YAML file: text, numbers, booleans or lists of such; an empty file has none. */
async function readConfigFile(options: Options, file: string): Promise<Given> {
  const document = await readYaml(file);
  const given = document.value ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw problemAt(document, [], 'expected options such as "timing: polite", one on each line');
  }
  // A configuration file names no further one.
  const names = Object.keys(options).filter((name) => name !== 'config');
  const settings: [string, unknown][] = [];
  const errors: InputError[] = [];
  for (const [key, value] of Object.entries(given)) {
    const result = names.includes(key)
      ? checkFileValue(options[key]!, key, value)
      : { problem: `unknown option${suggest(key, names)}` };
    if ('problem' in result) errors.push(problemAt(document, [key], result.problem));
    else settings.push([key, result.value]);
  }
  throwErrors(errors);
  return Object.fromEntries(settings);
}

function checkFileValue(option: Option, name: string, value: unknown): OptionValue {
  if (option.flagOnly) return { problem: `can only be given as --${name}, each time anew` };
  return checkScalars(option, value);
}

function checkScalars(option: Option, value: unknown): OptionValue {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.every((item) => ['string', 'number', 'boolean'].includes(typeof item))
    ? checkValue(option, value)
    : { problem: 'expected text, a number, true, false or a list' };
}
