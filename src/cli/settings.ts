import type { InferredOptionTypes } from 'yargs';
import { loadConfig } from '../files/config.js';
import { InputError } from '../files/text/input-error.js';
import { suggest } from '../words/input.js';
import { problemAt, readYaml } from '../files/text/yaml-document.js';
import { COMMAND_OPTIONS, type ConfigurableCommand, OPTION_NAMES, type OptionName } from './options.js';
import { type OptionValue, readOptionText, readOptionValue } from './option-value.js';

const PREFIX = 'SALLYPORT_';

/** The options of a command that were given, from wherever. */
export type SettingsOf<C extends ConfigurableCommand> = Partial<InferredOptionTypes<(typeof COMMAND_OPTIONS)[C]>>;

type Values = Readonly<Record<string, unknown>>;

/**
 * Joins the options of a configuration file (`--config`, SALLYPORT_CONFIG), of the environment and of flags; each of
 * these outranks the one before.
 * @throws InputError that tells where the bad value came from
 */
export async function readSettings<C extends ConfigurableCommand>(
  command: C,
  flags: Values,
  env: NodeJS.ProcessEnv = process.env,
): Promise<SettingsOf<C>> {
  const names = Object.keys(COMMAND_OPTIONS[command]) as OptionName[];
  const above: Values = { ...readEnvironment(names, env), ...readFlags(names, flags) };
  const { config } = above as { readonly config?: string };
  const file = config === undefined ? {} : await readConfigFile(names, config);
  return { ...file, ...above } as SettingsOf<C>;
}

function readFlags(names: readonly OptionName[], flags: Values): Values {
  const given = names.filter((name) => flags[name] !== undefined);
  return collect(given, (name) => [`--${name}`, readOptionValue(name, flags[name])]);
}

/**
 * Options from SALLYPORT_ variables; empty ones count as not set. A variable that looks like a mistyped option is an
 * error, since what it should have excluded would be checked; others are left to whom they belong.
 */
function readEnvironment(options: readonly OptionName[], env: NodeJS.ProcessEnv): Values {
  const variables = new Map(OPTION_NAMES.map((name) => [PREFIX + name.toUpperCase().replaceAll('-', '_'), name]));
  for (const variable of Object.keys(env).sort()) {
    if (!variable.startsWith(PREFIX) || variables.has(variable)) continue;
    const hint = suggest(variable.slice(PREFIX.length).replaceAll('_', '-'), OPTION_NAMES);
    if (hint !== '') throw new InputError(`${variable} is no option${hint}`);
  }
  const given = [...variables].filter(([variable, name]) => options.includes(name) && env[variable]);
  const names = new Map(given.map(([variable, name]) => [name, variable]));
  return collect([...names.keys()], (name) => {
    const variable = names.get(name)!;
    return [variable, readOptionText(name, env[variable]!)];
  });
}

async function readConfigFile(names: readonly OptionName[], file: string): Promise<Values> {
  // A configuration file names no further one.
  const given = await loadConfig(
    file,
    names.filter((name) => name !== 'config'),
  );
  const settings: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const result = readOptionValue(key as OptionName, value);
    if ('problem' in result) throw problemAt(await readYaml(file), [key], result.problem);
    settings[key] = result.value;
  }
  return settings;
}

/** Reads options one by one, each with the name that an error gives it. */
function collect(
  names: readonly OptionName[],
  read: (name: OptionName) => readonly [shown: string, value: OptionValue],
): Values {
  const entries = names.map((name) => {
    const [shown, result] = read(name);
    if ('problem' in result) throw new InputError(`${shown}: ${result.problem}`);
    return [name, result.value] as const;
  });
  return Object.fromEntries(entries);
}
