import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { openStore } from '../../fleet/store/open-store.js';
import { openPatiently } from '../../fleet/sweep/open-patiently.js';
import type { Store } from '../../fleet/store/store.js';
import { tellOperator } from '../../fleet/sweep/tell-operator.js';
import type { SweepOptions } from '../../fleet/sweep/sweep.js';
import { watch } from '../../fleet/sweep/watch.js';
import type { Turn } from '../../fleet/sweep/watch-options.js';
import { listUnknownSources } from '../../fleet/workers/compose-order.js';
import type { WorkQueue } from '../../fleet/workers/work-queue.js';
import type { WatchedFiles } from '../../fleet/sweep/watched-files.js';
import { loadProfile } from '../../files/profiles/profile.js';
import type { VantagePlace } from '../../model/work.js';
import { suggest } from '../../words/input.js';
import { createExclusion, resolveExclusions } from '../../files/targets/guard.js';
import { resolveName } from '../../net/sockets/addresses.js';
import { VERSION } from '../../version.js';
import * as shared from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT, tellError } from '../kit/ending.js';
import { READING } from '../kit/inventory.js';
import { loadEarly } from '../kit/load-early.js';
import { inGroup } from '../kit/option.js';
import { createReportDrawer } from '../kit/report-mail.js';
import { beatHeart, createFiles, createView, JITTER, readJitter } from '../kit/service.js';
import { readConfirmAfter, SELECTION, TELLING } from '../kit/sweep-options.js';
import { tuneForMany } from '../kit/tune-for-many.js';
import { readWorkListening, serveWork, WORK_LISTENING, WORKER_TOKENS } from '../kit/work-server.js';
import { chooseServer, EXPIRY, openQueue, readExpiry, readVantages } from '../kit/work.js';

const { control: _control, ping, ...reach } = shared.REACH;
const ABSENT_MS = 300_000;

const OPTIONS = {
  ...inGroup('Vantages:', {
    vantage: {
      list: true,
      required: true,
      value: 'NAME[=SOURCE]',
      describe: 'A place that workers look from, and which source of profiles it is, where not an outsider',
    },
    ...EXPIRY,
    'absent-after': {
      value: 'TIME',
      otherwise: '5m',
      describe: 'How long a vantage without a worker is waited for before the others go on without it',
    },
  }),
  ...WORK_LISTENING,
  ...inGroup('Clients:', {
    inventory: { required: true, value: 'FILE', describe: 'File of the clients, YAML or CSV' },
    ...READING,
    ...SELECTION,
    ...shared.EXCLUSIONS,
    ...JITTER,
  }),
  ...inGroup('Changes and alerts:', TELLING),
  ...inGroup('What to check:', { ping, ...reach, ...shared.FAIL_ON }),
  ...inGroup('Output:', {
    heartbeat: {
      value: 'FILE',
      describe: 'File whose time is updated every 30 s while all is well, for a watchdog',
    },
    ...shared.QUIET_AND_CONFIG,
  }),
} as const;

/** `sallyport coordinator`: sweeps on the schedules of an inventory, from several vantages, by workers. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  subcommands: WORKER_TOKENS,
  examples: [
    [
      'coordinator --inventory clients.yaml --store postgres://sallyport@db/sallyport --vantage berlin --vantage office=provider',
      'Look at each client from two places',
    ],
    ['coordinator token berlin --token-file FILE', 'Make a token for a worker in Berlin that asks over HTTPS'],
  ],
  notes: [
    'It looks at no one itself: "sallyport worker" does, from each vantage. Several coordinators may run; one is at it, and another takes over when that one ends or dies.',
    'With --listen, workers that cannot reach the database ask it over HTTPS. SIGHUP reloads their tokens and the certificate.',
    'SIGTERM and Ctrl-C stop it cleanly, with exit code 0.',
  ],
  async run(settings) {
    const { heartbeat, quiet = false } = settings;
    const vantages = readVantages(settings.vantage);
    const absentMs = shared.readDuration('absent-after', settings['absent-after'], ABSENT_MS);
    const expirySeconds = readExpiry(settings);
    const listening = readWorkListening(settings);
    const { specs, mistakes } = await shared.readExclusions(settings);
    if (mistakes) throw mistakes;
    const allowSpecial = settings['allow-special'] ?? false;
    const figures = {
      confirmAfterMs: readConfirmAfter(settings),
      exclude: createExclusion(await resolveExclusions(specs, resolveName)),
      allowSpecial,
      findMoved: settings['find-moved'],
      canaries: settings.canaries,
      failOn: settings['fail-on'],
      ping: settings.ping,
    };
    const jitterMs = readJitter(settings);
    const view = createView(quiet, heartbeat);
    const note = (line: string): void => view.note(line);
    const files = createFiles(settings, note, true);
    const place = chooseServer(settings.store);
    const ending = catchSignals();
    const { signal } = ending;
    let store: Store | null = null;
    let queue: WorkQueue | null = null;
    const id = randomUUID();
    let saying: Promise<void> | undefined;
    let server: { close(): Promise<void> } | null = null;
    try {
      const load = async (): Promise<WatchedFiles> => {
        const loaded = await files.load();
        await noteUnknownSources(loaded.everyone, vantages, note);
        return loaded;
      };
      const { alerts } = await files.load();
      store = await openPatiently(() => openStore(place), { alerts, note, signal });
      if (!store) return EXIT.compliant;
      const opened = store;
      queue = await openQueue(place, note, expirySeconds);
      const { coordinators, hearing } = queue;
      const who = { id, host: hostname(), pid: process.pid, version: VERSION };
      const names = vantages.map(({ name }) => name);
      if (heartbeat !== undefined) await beatHeart(heartbeat);
      tuneForMany();
      void loadEarly().catch(tellError);
      if (listening) server = await serveWork(listening, queue, vantages);
      const { createRemoteRunner } = await import('../../fleet/workers/run-remotely.js');
      const runLooks = createRemoteRunner({
        ...{ queue, vantages, absentMs, allowSpecial },
        onTrouble: (key, title, detail) => {
          note(`${title}: ${detail}`);
          void files
            .read()
            .then(({ alerts: config }) => config && tellOperator(opened, config, { key, title, detail }))
            .catch(tellError);
        },
      });
      const draw = createReportDrawer(store, note);
      const onTurn = ({ isOurs, ...whose }: Turn): void => {
        const state = isOurs ? 'active' : 'standby';
        saying = coordinators.beat({ ...who, ...whose, state, vantages: names }).catch(() => {});
      };
      const onHearing: SweepOptions['onHearing'] = (heard) => hearing.note(heard).catch(tellError);
      await watch({
        store,
        figures: { ...figures, runLooks, onHearing },
        ...files,
        load,
        jitterMs,
        view,
        signal,
        draw,
        onTurn,
      });
      return EXIT.compliant;
    } finally {
      ending.release();
      await server?.close();
      await saying;
      await queue?.coordinators.leave(id).catch(() => {});
      await queue?.close();
      await store?.close();
    }
  },
});

/** Tells of a vantage that is meant to be a source which no profile of the inventory has, such as by a slip of the pen. */
async function noteUnknownSources(
  clients: WatchedFiles['everyone'],
  vantages: readonly VantagePlace[],
  note: (line: string) => void,
): Promise<void> {
  const names = new Set<string>();
  for await (const { profile } of clients) names.add(profile);
  const profiles = await Promise.all([...names].map((name) => loadProfile(name)));
  const sources = profiles.flatMap((profile) => Object.keys(profile.sources));
  for (const { name, source } of listUnknownSources(vantages, profiles))
    note(
      `no profile of the inventory has the source "${source}"${suggest(source, sources)}: the vantage ${name} counts as an ` +
        'outsider, and whether that source gets in is not checked',
    );
}
