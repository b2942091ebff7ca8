import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InputError } from '../../files/text/input-error.js';
import { openStore } from '../../fleet/store/open-store.js';
import { StoreError } from '../../fleet/store/store-error.js';
import type { Store } from '../../fleet/store/store.js';
import { openPatiently } from '../../fleet/sweep/open-patiently.js';
import { NotedRoster } from '../../fleet/sweep/noted-roster.js';
import { watch } from '../../fleet/sweep/watch.js';
import type { WatchedFiles } from '../../fleet/sweep/watched-files.js';
import { openInBrowser } from '../../system/open-in-browser.js';
import type { Observation } from '../../model/report.js';
import { worstVerdict } from '../../model/standing.js';
import { PACKAGE_ROOT } from '../../version.js';
import { hidePaths } from '../../web/kit/hide-paths.js';
import { BRAND, readBrand } from './brand.js';
import { SIGN } from './draw-options.js';
import { catchSignals, describeError, EXIT, tell, tellError } from './ending.js';
import { loadEarly } from './load-early.js';
import { LISTEN, PROTECTION, readListening } from './listening.js';
import { inGroup, type Values } from './option.js';
import { readInvites } from './serve-invites.js';
import { readSigningKey } from './key-files.js';
import { createReportDrawer } from './report-mail.js';
import { createFiles, createView, JITTER, readJitter } from './service.js';
import { chooseStore } from './store.js';
import { NO_CONTROL, readSweepFigures, SWEEP_OPTIONS } from './sweep-options.js';
import { tuneForMany } from './tune-for-many.js';
import { openWorkStatus, type WorkShown } from './work.js';

const LISTEN_ON = '127.0.0.1:8040';

/** The options of what serves pages. */
export const SERVE_OPTIONS = {
  ...inGroup('Listening:', {
    listen: { ...LISTEN.listen, otherwise: LISTEN_ON },
    'token-file': { value: 'FILE', describe: 'File of the tokens to sign in with; needed beyond this machine' },
    ...PROTECTION,
    invites: { value: 'DIR', describe: 'Folder of the invites of a vantage server: makes codes for its page' },
    vantage: { value: 'URL', describe: 'Or the vantage server itself, which makes them' },
    'vantage-token': { value: 'FILE', describe: 'File with a token of that server, of role operator' },
    'vantage-ca': { value: 'FILE', describe: 'Certificates to trust for it instead of the system’s' },
    'invite-page': { value: 'URL', describe: 'Where that page is, for those who read a code to someone' },
    open: { switch: true, flagOnly: true, describe: 'Open the pages in the browser' },
  }),
  ...SWEEP_OPTIONS,
  ...inGroup('Clients:', JITTER),
  ...inGroup('Output:', { ...BRAND, ...SIGN }),
} as const;

/** What pages are served as. */
export type ServeSettings = Values<typeof SERVE_OPTIONS>;

/** Serves the pages and sweeps on schedule, until it is stopped. */
export async function runServe(settings: ServeSettings): Promise<number> {
  const { quiet = false } = settings;
  const server = readListening(settings.listen ?? LISTEN_ON, settings);
  const brand = await readBrand(settings, 'html');
  const key = settings.sign === undefined ? null : await readSigningKey(settings.sign);
  const figures = await readSweepFigures(settings);
  const jitterMs = readJitter(settings);
  const view = createView(quiet, undefined);
  const note = (line: string): void => view.note(line);
  const files = createFiles(settings, note, false);
  const ending = catchSignals();
  const { signal } = ending;
  let store: Store | null = null;
  let work: WorkShown | null = null;
  try {
    const vantage = await readInvites(settings, signal);
    const first = await files.load();
    const { alerts } = first;
    const at = chooseStore(settings.store);
    store = await openPatiently(() => openStore(at), { alerts, note, signal });
    if (!store) return EXIT.compliant;
    const { path } = store;
    work = await openWorkStatus(at);
    tuneForMany();
    // Pages and metrics list what no sweep has checked yet, too, and what was changed since.
    const roster = new NotedRoster(store);
    await roster.note(first);
    const load = async (): Promise<WatchedFiles> => {
      const loaded = await files.load();
      await roster.note(loaded);
      return loaded;
    };
    const changed = async (): Promise<boolean> => {
      // What cannot be noted at the moment is the next time.
      await roster.restore().catch(() => {});
      return files.changed();
    };
    // Heavy; help and tokens do without it.
    const { startServe } = await import('../../web/start-serve.js');
    const { Checks } = await import('../../web/checks/checks.js');
    const { LiveFeed } = await import('../../web/live/live-feed.js');
    const { ServeMetrics } = await import('../../web/metrics/serve-metrics.js');
    const now = (): Date => new Date();
    const { InviteDesk } = await import('../../web/invites/invite-desk.js');
    const { createCheckKeeper } = await import('../../web/invites/keep-check.js');
    const invites = vantage && new InviteDesk(store, vantage, createCheckKeeper(store, files, figures));
    const live = new LiveFeed(store, tellError);
    const metrics = new ServeMetrics({ store, live, now, readWork: work.read });
    const measured = { ...figures, onEndpoint: (seen: Observation) => metrics.countProbe(seen) };
    const checks = new Checks({
      now,
      ending: signal,
      describeFailure: (error) => {
        if (error instanceof InputError || error instanceof StoreError)
          return hidePaths(describeError(error), [settings.inventory, resolve(settings.inventory), path]);
        tellError(error);
        return null;
      },
      worst: (reports) =>
        reports.length === 0 ? 'inconclusive' : reports.map(({ verdict }) => verdict).reduce(worstVerdict),
    });
    const served = await startServe({
      ...{
        ...{ ...server, tls: server.tls ?? null },
        tokenFile: settings['token-file'] ?? null,
        store,
        checks,
        readWork: work.read,
        live,
        metrics,
        brand,
        key,
        invites,
        now,
        figures: measured,
      },
      files: {
        inventory: resolve(settings.inventory),
        chosen: files.chosen,
        ignore: settings.ignore,
        read: files.read,
      },
      readBuilt: (name) => readFile(new URL(`dist/web/browser/${name}`, PACKAGE_ROOT)),
      ending: signal,
      onTrouble: tellError,
      onNote: tell,
    });
    const reload = (): void => void served.reload().catch(tellError);
    process.on('SIGHUP', reload);
    const following = invites?.follow(signal, tellError);
    try {
      if (figures.control === undefined) note(NO_CONTROL);
      tell(`serving on ${served.url}`);
      void loadEarly().catch(tellError);
      if (settings.open && !(await openInBrowser(served.url, process.env)))
        tell('no browser could be opened: open this address yourself');
      await watch({
        store,
        figures: measured,
        ...{ load, changed },
        jitterMs,
        view,
        signal,
        draw: createReportDrawer(store, note),
      });
      return EXIT.compliant;
    } finally {
      process.off('SIGHUP', reload);
      await served.close();
      await following;
    }
  } finally {
    ending.release();
    await work?.close();
    await store?.close();
  }
}
