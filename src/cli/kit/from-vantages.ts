import { sayReport } from '../../check/judge/say-report.js';
import type { PreparedCheck } from '../../check/run/check.js';
import { chooseSource } from '../../check/run/run-options.js';
import { InputError } from '../../files/text/input-error.js';
import type { Report } from '../../model/report.js';
import { tell } from './ending.js';
import type { Options, Values } from './option.js';
import { STORE } from './store.js';

/** A check that running workers make. */
export const FROM_VANTAGES = {
  vantages: {
    value: 'NAME,NAME',
    describe:
      'Have running workers at these vantages look at once, and join what they see; NAME=SOURCE as in coordinator',
  },
  store: {
    ...STORE.store,
    otherwise: 'none',
    describe: 'For --vantages: the server that workers get their orders from',
  },
} as const satisfies Options;

/** What of a check is the pace or the place of whoever looks, and so a worker's own. */
const WORKERS_OWN = ['source', 'timing', 'rate', 'timeout', 'retries', 'max-sockets', 'spread', 'control'] as const;

type Settings = Values<typeof FROM_VANTAGES> &
  Readonly<Partial<Record<(typeof WORKERS_OWN)[number] | 'allow-special' | 'quiet', unknown>>>;

/**
 * Runs a prepared check through workers; their own pace, exclusions and guard apply.
 * @throws InputError
 */
export async function* checkFromVantages(
  prepared: PreparedCheck,
  settings: Settings,
  signal: AbortSignal,
): AsyncGenerator<Report> {
  const unfit = WORKERS_OWN.find((name) => settings[name] !== undefined);
  if (unfit !== undefined) throw new InputError(`--${unfit} is a worker's own: it does not go with --vantages`);
  // Loaded only here: a check by this machine needs nothing of it.
  const { chooseServer, openQueue, readVantages } = await import('./work.js');
  const vantages = readVantages((settings.vantages ?? '').split(','), '--vantages');
  // As an outsider, a vantage that is meant to be another source proves nothing of what that one needs.
  for (const { source } of vantages) chooseSource(prepared.terms.profile, source);
  const place = chooseServer(settings.store);
  const note = (line: string): void => void (settings.quiet === true || tell(line));
  const queue = await openQueue(place, note);
  try {
    const { checkRemotely } = await import('../../fleet/workers/check-remotely.js');
    const allowSpecial = settings['allow-special'] === true;
    for await (const report of checkRemotely(prepared, { queue, vantages, allowSpecial, signal, note }))
      yield sayReport(report);
  } finally {
    await queue.close();
  }
}
