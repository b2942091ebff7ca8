import type { Options } from 'yargs';
import { CHECK_OPTIONS } from './check-options.js';
import { LAN_OPTIONS } from './lan-options.js';
import { PREINSTALL_OPTIONS } from './preinstall-options.js';
import { SWEEP_OPTIONS, WATCH_OPTIONS } from './sweep-options.js';
import { VANTAGE_OPTIONS } from './vantage-options.js';

/** The options of each command that takes them from a file and the environment too. */
export const COMMAND_OPTIONS = {
  check: CHECK_OPTIONS,
  sweep: SWEEP_OPTIONS,
  watch: WATCH_OPTIONS,
  lan: LAN_OPTIONS,
  preinstall: PREINSTALL_OPTIONS,
  vantage: VANTAGE_OPTIONS,
} as const satisfies Record<string, Record<string, Options>>;
export type ConfigurableCommand = keyof typeof COMMAND_OPTIONS;

const ALL = {
  ...PREINSTALL_OPTIONS,
  ...VANTAGE_OPTIONS,
  ...LAN_OPTIONS,
  ...WATCH_OPTIONS,
  ...SWEEP_OPTIONS,
  ...CHECK_OPTIONS,
};

/** Name of an option of any of these commands. One name has one meaning and one kind of value. */
export type OptionName = keyof typeof ALL;

/** All of these options. */
export const OPTIONS: Readonly<Record<OptionName, Options>> = ALL;

/** All names of options. */
export const OPTION_NAMES = Object.keys(ALL) as OptionName[];

/** Declares a command's options to yargs: every one but the switches needs a value. */
export function declareOptions(command: ConfigurableCommand): Record<string, Options> {
  return Object.fromEntries(
    Object.entries<Options>(COMMAND_OPTIONS[command]).map(([name, option]) => [
      name,
      { ...option, requiresArg: option.type !== 'boolean' },
    ]),
  );
}

/** What the numbers among the options may be. */
export const NUMBER_LIMITS: Readonly<Record<string, { least: number; most: number; whole: boolean }>> = {
  rate: { least: 0.1, most: 1_000_000, whole: false },
  timeout: { least: 0.1, most: 3_600, whole: false },
  retries: { least: 0, most: 10, whole: true },
  'max-sockets': { least: 1, most: 1_000_000, whole: true },
  limit: { least: 1, most: 10_000_000, whole: true },
  'sip-port': { least: 0, most: 65_535, whole: true },
};
