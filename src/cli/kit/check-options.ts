import { LIMITS, type SharedOptions } from '../../check/run/run-options.js';
import { parseDuration } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { type CollectedTargets, collectTargets } from '../../files/targets/target-list.js';
import { SEVERITIES } from '../../model/severity.js';
import { type TimingName, TIMINGS } from '../../net/scan/timing.js';
import { inGroup, type Limits, type Options, type Values } from './option.js';

/*
 * Options that several of the commands have which check an address or a site. A file and the environment can give them
 * too, so none has a default of its own: that would look as if it had been given.
 */

export const PROFILE = {
  profile: {
    value: 'NAME',
    otherwise: 'closed',
    complete: 'profile',
    describe: 'Profile to compare with: a name or a file',
  },
  service: {
    list: true,
    value: 'ID=PORTS',
    describe: 'A service that was moved to other ports, for example webpro=8081 or webpro=8081,8082',
  },
} as const satisfies Options;

export const SOURCE = {
  source: { value: 'NAME', otherwise: 'outsider', describe: 'Which source of the profile the check runs from' },
} as const satisfies Options;

export const SIGNS_OF_LIFE = {
  alive: {
    value: 'tcp/PORT',
    describe: 'A service of the site that always answers: while it does not, silence proves nothing',
  },
  'accept-silence': {
    flagOnly: true,
    value: 'NAME',
    describe: 'Who knows that the site answers nothing although its line works: its silence is then compliant',
  },
} as const satisfies Options;

export const EXCLUSIONS = {
  exclude: { list: true, value: 'TARGETS', describe: 'Targets to leave out' },
  'exclude-file': { value: 'FILE', describe: 'File of targets to leave out' },
  'allow-special': {
    switch: true,
    describe: 'Allow loopback, private, CGNAT, documentation and benchmarking addresses',
  },
} as const satisfies Options;

export const REACH = {
  'find-moved': {
    switch: true,
    otherwise: 'all for one target, the likeliest for more',
    describe: 'Also look for WebPro and PCPro on all likely other ports; --no-find-moved looks on none',
  },
  canaries: {
    switch: true,
    otherwise: 'on',
    describe: 'Also check random unused ports, which reveal tarpits and DMZs; --no-canaries leaves them out',
  },
  ping: {
    switch: true,
    otherwise: 'on for up to 256 targets',
    describe: 'Ask a target that answers nothing for an echo, to prove that its line works',
  },
  control: {
    value: 'HOST:PORT',
    describe: 'An endpoint that is known to answer over TCP, to prove that our own connection works',
  },
} as const satisfies Options;

const TIMING_NAMES = Object.keys(TIMINGS) as TimingName[];

export const TIMING = {
  timing: {
    choices: TIMING_NAMES,
    otherwise: 'normal',
    describe: 'Timing template',
  },
} as const satisfies Options;

const { least, most } = LIMITS.timeoutMs;
const SECONDS: Limits = { least: least / 1_000, most: most / 1_000 };

export const TIMEOUT = {
  timeout: {
    value: 'SECONDS',
    limits: SECONDS,
    describe: 'How long to wait for a silent endpoint, in seconds',
  },
} as const satisfies Options;

export const PACE = inGroup('Pace and patience:', {
  ...TIMING,
  rate: { limits: LIMITS.rate, describe: 'Packets per second, for all targets together' },
  ...TIMEOUT,
  retries: { limits: LIMITS.retries, describe: 'Extra tries for a silent endpoint' },
  'max-sockets': { limits: LIMITS.maxSockets, describe: 'Sockets in use at the same time' },
  spread: {
    value: 'TIME',
    describe: 'Spread the endpoints of each address over this time, such as 30m, so that no site sees a burst',
  },
});

export const FAIL_ON = {
  'fail-on': { choices: SEVERITIES, otherwise: 'low', describe: 'Lowest severity that makes a violation' },
} as const satisfies Options;

export const OUTPUT = {
  output: { short: 'o', value: 'FILE', describe: 'Write the report to a file' },
  force: { switch: true, flagOnly: true, describe: 'Replace the file, even if it is not an earlier JSON report' },
} as const satisfies Options;

export const FULL = {
  full: { switch: true, describe: 'Show everything in the table, also what is the same in most reports' },
} as const satisfies Options;

const CONFIG = {
  config: { value: 'FILE', describe: 'YAML file of options; environment variables and flags take precedence' },
} as const satisfies Options;

/** Of what is never coloured and shows no progress. */
export const QUIET_AND_CONFIG = {
  quiet: { switch: true, short: 'q', describe: 'No notes on standard error' },
  ...CONFIG,
} as const satisfies Options;

export const COMMON = {
  quiet: { switch: true, short: 'q', describe: 'No progress and no notes on standard error' },
  color: { switch: true, describe: 'Colours; --no-color and NO_COLOR switch them off' },
  ...CONFIG,
} as const satisfies Options;

/** A number alone could be meant in seconds or in minutes, which makes all the difference here. */
function readSpread(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /[smhd]$/.test(text.trim()) ? parseDuration(text) : undefined;
  if (ms === undefined || ms < LIMITS.spreadMs.least || ms > LIMITS.spreadMs.most) {
    throw new InputError('--spread: expected a time of at most a week, with its unit, such as 90s, 30m or 4h');
  }
  return ms;
}

/**
 * The pace and reach that settings give to a run.
 * @throws InputError
 */
export function readPace(settings: Values<typeof PACE & typeof REACH & typeof FAIL_ON>) {
  return {
    timing: settings.timing,
    rate: settings.rate,
    timeoutMs: settings.timeout === undefined ? undefined : settings.timeout * 1_000,
    retries: settings.retries,
    maxSockets: settings['max-sockets'],
    spreadMs: readSpread(settings.spread),
    ping: settings.ping,
    control: settings.control,
    findMoved: settings['find-moved'],
    canaries: settings.canaries,
    failOn: settings['fail-on'],
  } satisfies SharedOptions & Record<string, unknown>;
}

/** The targets to leave out, from options and their file. */
export function readExclusions(settings: Values<typeof EXCLUSIONS>): Promise<CollectedTargets> {
  const given = (settings.exclude ?? []).flatMap((list) => list.split(',')).filter((text) => text.trim() !== '');
  return collectTargets(given, settings['exclude-file']);
}

/**
 * Reads a duration, in ms.
 * @throws InputError that names the option
 */
export function readDuration(name: string, text: string | undefined, otherwise: number): number {
  const ms = text === undefined ? otherwise : parseDuration(text);
  if (ms === undefined || ms > 7 * 86_400_000) {
    throw new InputError(`--${name}: expected a time of at most a week, such as 30s, 5m or 12h`);
  }
  return ms;
}
