import type { InferredOptionTypes, Options } from 'yargs';
import type { CheckOptions } from '../check/run/check.js';
import { parseServiceOverrides } from '../files/profiles/profile-overrides.js';
import { openTargetList, readTargetFile } from '../files/targets/target-list.js';
import { parseTargetSpec, type TargetSpec } from '../files/targets/targets.js';
import { InputError } from '../files/text/input-error.js';
import { SEVERITIES } from '../model/severity.js';
import { type TimingName, TIMINGS } from '../net/scan/timing.js';
import { REPORT_FORMATS } from '../reports/registry.js';

const TARGETS = 'Targets:';
const LOOK = 'What to look at:';
const PACE = 'Pace and patience:';
const OUTPUT = 'Output:';

const TIMING_NAMES = Object.keys(TIMINGS) as TimingName[];

/**
 * The options of `sallyport check`, declared once; configuration files and the environment have the same ones. No
 * defaults here: a default would look as if it had been given.
 */
export const CHECK_OPTIONS = {
  'input-list': {
    type: 'string',
    array: true,
    group: TARGETS,
    describe: 'Read targets from a file, or from standard input with -; also -iL FILE',
  },
  exclude: { type: 'string', array: true, group: TARGETS, describe: 'Targets to leave out' },
  'exclude-file': { type: 'string', group: TARGETS, describe: 'File of targets to leave out' },
  'allow-special': {
    type: 'boolean',
    group: TARGETS,
    describe: 'Allow loopback, private, CGNAT, documentation and benchmarking addresses',
  },
  'authorized-by': {
    type: 'string',
    group: TARGETS,
    describe: 'Who allowed the check, and a reference; needed for more than 16 addresses',
  },
  profile: {
    type: 'string',
    group: LOOK,
    defaultDescription: 'closed',
    describe: 'Profile to compare with: a name or a file',
  },
  source: { type: 'string', group: LOOK, describe: 'Which source of the profile we are; an outsider if not given' },
  service: {
    type: 'string',
    array: true,
    group: LOOK,
    describe: 'A service that was moved, as ID=PORT or ID=PORT,PORT; for example webpro=8081',
  },
  ports: { type: 'string', alias: 'p', group: LOOK, describe: "Ports to look at instead, in nmap's syntax" },
  'all-ports': { type: 'boolean', group: LOOK, describe: 'All TCP ports of one target' },
  'find-moved': { type: 'boolean', group: LOOK, describe: 'Look for WebPro and PCPro on likely other ports too' },
  canaries: {
    type: 'boolean',
    group: LOOK,
    defaultDescription: 'true',
    describe: 'Probe random unused ports, which tell tarpits and DMZs; --no-canaries leaves them out',
  },
  control: { type: 'string', group: LOOK, describe: 'HOST:PORT known to answer over TCP: proves that we can see' },
  timing: {
    choices: TIMING_NAMES,
    group: PACE,
    defaultDescription: 'normal',
    describe: 'Timing template',
  },
  rate: { type: 'number', group: PACE, describe: 'Packets a second in all' },
  timeout: { type: 'number', group: PACE, describe: 'Patience with a silent endpoint, in seconds' },
  retries: { type: 'number', group: PACE, describe: 'Further tries for a silent endpoint' },
  'max-sockets': { type: 'number', group: PACE, describe: 'Sockets at once' },
  format: { choices: REPORT_FORMATS, group: OUTPUT, defaultDescription: 'table', describe: 'Form of the report' },
  output: { type: 'string', alias: 'o', group: OUTPUT, describe: 'Write the report to a file' },
  reason: { type: 'boolean', group: OUTPUT, describe: 'Tell why each endpoint has its state' },
  'fail-on': {
    choices: SEVERITIES,
    group: OUTPUT,
    defaultDescription: 'low',
    describe: 'Least severity that makes a violation',
  },
  'dry-run': { type: 'boolean', group: OUTPUT, describe: 'Say what would be sent, and send nothing' },
  quiet: { type: 'boolean', alias: 'q', group: OUTPUT, describe: 'No progress and notes on standard error' },
  color: { type: 'boolean', group: OUTPUT, describe: 'Colours; --no-color and NO_COLOR switch them off' },
  config: { type: 'string', group: OUTPUT, describe: 'YAML file of options; environment and flags rank above it' },
} as const satisfies Record<string, Options>;

/** Options that were given, from wherever. */
export type Settings = Partial<InferredOptionTypes<typeof CHECK_OPTIONS>>;

/**
 * Turns settings and targets into the options of a check. Reads the files of targets.
 * @throws InputError
 */
export async function readCheckOptions(targets: readonly string[], settings: Settings): Promise<CheckOptions> {
  const allowSpecial = settings['allow-special'] ?? false;
  const authorizedBy = settings['authorized-by'];
  const files = settings['input-list'] ?? [];
  if (targets.length + files.length === 0) {
    throw new InputError('no target is given: name one, as in "sallyport check 203.0.113.7", or a file with -iL FILE');
  }
  if (settings['all-ports'] && settings.ports !== undefined) {
    throw new InputError('--all-ports and --ports exclude each other');
  }
  const { specs, count } = await openTargetList(targets, files, { allowSpecial, authorizedBy });
  return {
    targets: specs,
    total: count ?? undefined,
    exclude: await readExclusions(settings),
    profile: settings.profile,
    services: parseServiceOverrides(settings.service ?? []),
    source: settings.source,
    ports: settings.ports,
    allPorts: settings['all-ports'],
    findMoved: settings['find-moved'],
    canaries: settings.canaries,
    timing: settings.timing,
    rate: settings.rate,
    timeoutMs: settings.timeout === undefined ? undefined : settings.timeout * 1_000,
    retries: settings.retries,
    maxSockets: settings['max-sockets'],
    control: settings.control,
    allowSpecial,
    authorizedBy,
    failOn: settings['fail-on'],
  };
}

/**
 * The targets to leave out, from options and their file.
 * @throws InputError
 */
export async function readExclusions(settings: Pick<Settings, 'exclude' | 'exclude-file'>): Promise<TargetSpec[]> {
  const given = (settings.exclude ?? []).flatMap((list) => list.split(',')).filter((text) => text.trim() !== '');
  const specs = given.map((text) => parseTargetSpec(text));
  if (settings['exclude-file'] !== undefined) {
    for await (const { spec } of readTargetFile(settings['exclude-file'])) specs.push(spec);
  }
  return specs;
}
