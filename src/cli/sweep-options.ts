import type { InferredOptionTypes, Options } from 'yargs';
import { CHECK_OPTIONS } from './check-options.js';

const CLIENTS = 'Clients:';
const CHANGES = 'Changes and alerts:';

const {
  exclude,
  'exclude-file': excludeFile,
  'allow-special': allowSpecial,
  'input-list': _inputList,
  'authorized-by': _authorizedBy,
  profile: _profile,
  source: _source,
  service: _service,
  ports: _ports,
  'all-ports': _allPorts,
  reason: _reason,
  'dry-run': _dryRun,
  ...shared
} = CHECK_OPTIONS;

/** The options of `sallyport sweep`: all of check but those that an inventory says for each client. */
export const SWEEP_OPTIONS = {
  inventory: { type: 'string', group: CLIENTS, describe: 'File of the clients, YAML or CSV' },
  group: { type: 'string', array: true, group: CLIENTS, describe: 'Only clients of this group' },
  client: { type: 'string', array: true, group: CLIENTS, describe: 'Only clients with these ids' },
  tag: { type: 'string', array: true, group: CLIENTS, describe: 'Only clients with this tag' },
  limit: { type: 'number', group: CLIENTS, describe: 'At most so many clients' },
  exclude: { ...exclude, group: CLIENTS },
  'exclude-file': { ...excludeFile, group: CLIENTS },
  'allow-special': { ...allowSpecial, group: CLIENTS },
  resume: { type: 'boolean', group: CLIENTS, describe: "Go on with the inventory's unfinished sweep, if there is one" },
  store: {
    type: 'string',
    group: CHANGES,
    defaultDescription: "in the user's data directory",
    describe: 'Database of results and history',
  },
  'confirm-after': {
    type: 'string',
    group: CHANGES,
    defaultDescription: '30s',
    describe: 'Look again at a change so much later; it counts if it is still there. 0: no second look',
  },
  alerts: { type: 'string', group: CHANGES, describe: 'File of alert channels and routes' },
  ...shared,
} as const satisfies Record<string, Options>;

/** The options of `sallyport watch`. */
const { resume: _resume, limit: _limit, format: _format, output: _output, ...watched } = SWEEP_OPTIONS;
export const WATCH_OPTIONS = {
  ...watched,
  jitter: {
    type: 'string',
    group: CLIENTS,
    defaultDescription: '60s',
    describe: 'Begin a scheduled sweep up to so much later, at random',
  },
  heartbeat: {
    type: 'string',
    group: CHANGES,
    describe: 'File whose time is renewed every 30 s while all is well, for a watchdog',
  },
} as const satisfies Record<string, Options>;

/** Options of a sweep that were given, from wherever. */
export type SweepSettings = Partial<InferredOptionTypes<typeof SWEEP_OPTIONS>>;
/** Options of a watch that were given, from wherever. */
export type WatchSettings = Partial<InferredOptionTypes<typeof WATCH_OPTIONS>>;
