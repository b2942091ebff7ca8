import type { InferredOptionTypes, Options } from 'yargs';
import type { CheckOptions } from '../check.js';
import { InputError } from '../inputs/input-error.js';
import { readTargetFile } from '../inputs/target-file.js';
import { openTargetList } from '../inputs/target-list.js';
import { parseTargetSpec, type TargetSpec } from '../inputs/targets.js';
import { SEVERITIES } from '../model/severity.js';
import { TIMINGS, type TimingName } from '../net/timing.js';
import { REPORT_FORMATS } from '../reporters/registry.js';

const TARGETS = 'Targets:';
const LOOK = 'What to look at:';
const PACE = 'Pace and patience:';
const OUTPUT = 'Output:';

/** The options of `sallyport check`, declared once; a configuration file may hold the same keys. */
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
  profile: { type: 'string', default: 'closed', group: LOOK, describe: 'Profile to compare with: a name or a file' },
  source: { type: 'string', group: LOOK, describe: 'Which source of the profile we are; an outsider if not given' },
  service: {
    type: 'string',
    array: true,
    group: LOOK,
    describe: 'A service that was moved, as ID=PORT, for example webpro=8081',
  },
  ports: { type: 'string', alias: 'p', group: LOOK, describe: "Ports to look at instead, in nmap's syntax" },
  'all-ports': { type: 'boolean', group: LOOK, describe: 'All TCP ports of one target', conflicts: 'ports' },
  'find-moved': { type: 'boolean', group: LOOK, describe: 'Look for WebPro and PCPro on likely other ports too' },
  canaries: {
    type: 'boolean',
    default: true,
    group: LOOK,
    describe: 'Probe random unused ports, which tell tarpits and DMZs; --no-canaries leaves them out',
  },
  control: { type: 'string', group: LOOK, describe: 'HOST:PORT known to answer over TCP: proves that we can see' },
  timing: {
    choices: Object.keys(TIMINGS) as TimingName[],
    default: 'normal' as TimingName,
    group: PACE,
    describe: 'Timing template',
  },
  rate: { type: 'number', group: PACE, describe: 'Packets a second in all' },
  timeout: { type: 'number', group: PACE, describe: 'Patience with a silent endpoint, in seconds' },
  retries: { type: 'number', group: PACE, describe: 'Further tries for a silent endpoint' },
  'max-sockets': { type: 'number', group: PACE, describe: 'Sockets at once' },
  format: { choices: REPORT_FORMATS, default: 'table' as const, group: OUTPUT, describe: 'Form of the report' },
  output: { type: 'string', alias: 'o', group: OUTPUT, describe: 'Write the report to a file' },
  reason: { type: 'boolean', group: OUTPUT, describe: 'Tell why each endpoint has its state' },
  'fail-on': {
    choices: SEVERITIES,
    default: 'low' as const,
    group: OUTPUT,
    describe: 'Least severity that makes a violation',
  },
  'dry-run': { type: 'boolean', group: OUTPUT, describe: 'Say what would be sent, and send nothing' },
  quiet: { type: 'boolean', alias: 'q', group: OUTPUT, describe: 'No progress and notes on standard error' },
  color: { type: 'boolean', group: OUTPUT, describe: 'Colours; --no-color and NO_COLOR switch them off' },
  config: { type: 'string', group: OUTPUT, describe: 'YAML file of options; environment and flags rank above it' },
} as const satisfies Record<string, Options>;

/** The arguments of `sallyport check` after parsing. */
export type CheckArguments = InferredOptionTypes<typeof CHECK_OPTIONS> & { readonly targets?: string[] };

/**
 * Turns arguments into the options of a check.
 * @throws InputError
 */
export async function readCheckOptions(args: CheckArguments): Promise<CheckOptions> {
  const allowSpecial = args['allow-special'] ?? false;
  const authorizedBy = args['authorized-by'];
  const files = args['input-list'] ?? [];
  const { specs, count } = await openTargetList(args.targets ?? [], files, { allowSpecial, authorizedBy });
  return {
    targets: specs,
    total: count ?? undefined,
    exclude: await readExclusions(args),
    profile: args.profile,
    services: readServices(args.service ?? []),
    source: args.source,
    ports: args.ports,
    allPorts: args['all-ports'],
    findMoved: args['find-moved'],
    canaries: args.canaries,
    timing: args.timing,
    rate: readNumber('rate', args.rate, 0.1),
    timeoutMs: readNumber('timeout', args.timeout, 0.1, 1_000),
    retries: readNumber('retries', args.retries, 0),
    maxSockets: readNumber('max-sockets', args['max-sockets'], 1),
    control: args.control,
    allowSpecial,
    authorizedBy,
    failOn: args['fail-on'],
  };
}

async function readExclusions(args: CheckArguments): Promise<TargetSpec[]> {
  const given = (args.exclude ?? []).flatMap((list) => list.split(',')).filter((text) => text.trim() !== '');
  const specs = given.map((text) => parseTargetSpec(text));
  if (args['exclude-file'] !== undefined) {
    for await (const { spec } of readTargetFile(args['exclude-file'])) specs.push(spec);
  }
  return specs;
}

function readServices(given: readonly string[]): Record<string, number[]> {
  const services: Record<string, number[]> = {};
  for (const text of given.flatMap((list) => list.split(','))) {
    const match = /^([a-z0-9-]+)=(\d{1,5})$/.exec(text.trim());
    if (!match) throw new InputError(`--service ${text}: expected ID=PORT, such as webpro=8081`);
    (services[match[1]!] ??= []).push(Number(match[2]));
  }
  return services;
}

function readNumber(name: string, given: number | undefined, least: number, factor = 1): number | undefined {
  if (given === undefined) return undefined;
  if (!(given >= least && given <= 10_000_000)) throw new InputError(`--${name} must be a number from ${least} on`);
  return given * factor;
}
