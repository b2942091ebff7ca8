import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { chooseTiming, findControl } from '../../check/run/run-options.js';
import { createExclusion, resolveExclusions } from '../../files/targets/guard.js';
import { resolveName } from '../../net/sockets/addresses.js';
import { VERSION } from '../../version.js';
import * as shared from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT } from '../kit/ending.js';
import { inGroup, unset } from '../kit/option.js';
import { createView } from '../kit/service.js';
import { findStoreDirectory, STORE } from '../kit/store.js';
import { tuneForMany } from '../kit/tune-for-many.js';
import { readVantageName, readWorkSource } from '../kit/work.js';

const { spread, ...pace } = shared.PACE;
const { control, ...reach } = shared.REACH;
/** What is the coordinator's to say. */
const UNUSED = { ...reach, ...shared.FAIL_ON };
/** What is given otherwise here, or not at all. */
const OTHERWISE = { spread, control };
/** Endpoints of a target, and looks of an order, for how many orders make use of the pace. */
const USUAL_ENDPOINTS = 24;
const USUAL_LOOKS = 64;

const OPTIONS = {
  ...inGroup('Work:', {
    vantage: { required: true, value: 'NAME', describe: 'The place that this worker looks from' },
    store: { value: 'PLACE', describe: STORE.store.describe.replace('a file, or ', '') },
    server: { value: 'URL', describe: 'Or the coordinator, where this machine cannot reach the database' },
    'token-file': { value: 'FILE', describe: 'File with the token for it' },
    'server-ca': { value: 'FILE', describe: 'Certificates to trust for it instead of the system’s' },
    concurrency: {
      limits: { least: 1, most: 256, whole: true },
      otherwise: 'as many as the pace has use for',
      describe: 'Orders under way at once, of up to 64 looks each',
    },
    spool: {
      value: 'DIR',
      otherwise: "in the user's data directory",
      describe: 'Where results are kept while they cannot be delivered; for one worker alone',
    },
  }),
  ...inGroup('Guard:', {
    control: {
      list: true,
      value: 'HOST:PORT',
      describe: 'An endpoint that is known to answer over TCP: while none of those given does, no order is taken',
    },
    ...shared.EXCLUSIONS,
  }),
  ...pace,
  ...inGroup('Output:', shared.QUIET_AND_CONFIG),
} as const;

/** `sallyport worker`: makes the looks that a coordinator orders, from where it stands. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  examples: [
    [
      'worker --vantage berlin --store postgres://sallyport@db/sallyport --control 192.0.2.10:443',
      'Look at clients from Berlin',
    ],
    [
      'worker --vantage berlin --server https://coordinator.example.com --token-file FILE',
      'The same without the database',
    ],
  ],
  notes: [
    'The pace is that of this machine and its line. A network is asked by one worker of a vantage at a time, and the vantages share its pace.',
    'SIGTERM and Ctrl-C stop it: what is under way is finished first, for a minute at most. A second signal ends it at once.',
  ],
  async run(settings) {
    const { quiet = false } = settings;
    const vantage = readVantageName(settings.vantage);
    const timing = chooseTiming(
      shared.readPace({ ...unset(UNUSED), ...settings, ...unset(OTHERWISE) }),
      USUAL_ENDPOINTS,
    );
    const { specs, mistakes } = await shared.readExclusions(settings);
    if (mistakes) throw mistakes;
    const exclude = createExclusion(await resolveExclusions(specs, resolveName));
    const controls = await Promise.all((settings.control ?? []).map((text) => findControl(text)));
    const open = await readWorkSource(settings);
    const id = randomUUID();
    const view = createView(quiet, undefined);
    const note = (line: string): void => view.note(line);
    const ending = catchSignals();
    try {
      const source = await open(note, ending.signal);
      try {
        const [{ runWorker }, { Spool }] = await Promise.all([
          import('../../fleet/workers/worker.js'),
          import('../../files/work/spool.js'),
        ]);
        tuneForMany();
        if (controls.length === 0)
          note('there is no --control, so a failure of our own line can look as if clients had fallen silent');
        const directory = settings.spool ?? join(findStoreDirectory(settings.store), `spool-${vantage}`);
        note(`worker ${id.slice(0, 8)} looks from ${vantage}, for ${source.path}`);
        await runWorker({
          ...{ source, vantage, exclude, timing, note, signal: ending.signal },
          who: { id, host: hostname(), pid: process.pid, version: VERSION },
          controls: controls.filter((control) => control !== null),
          allowSpecial: settings['allow-special'] ?? false,
          orders: settings.concurrency ?? Math.max(1, Math.ceil(timing.targets / USUAL_LOOKS)),
          spool: new Spool(resolve(directory)),
        });
        return EXIT.compliant;
      } finally {
        await source.close();
      }
    } finally {
      ending.release();
    }
  },
});
