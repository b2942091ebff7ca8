import type { DealerFiles } from '../dealer-files.js';
import { InputError } from '../../files/text/input-error.js';
import { readLooks, sayLook } from '../../fleet/handover/read-looks.js';
import type { Store } from '../../fleet/store/store.js';
import { beginSweep, runSweep, type SweepEnd, type SweepOptions } from '../../fleet/sweep/sweep.js';
import { readStandings } from '../../fleet/sweep/page-clients.js';
import { authorizationProblem, type Client } from '../../model/client.js';
import { staleBefore } from '../../model/not-checked.js';
import type { CheckWork } from './checks.js';

/** How checks that are asked for on pages are made: as the sweeps are. */
export type CheckFigures = Omit<SweepOptions, 'store' | 'inventory' | 'clients' | 'everyone' | 'alerts' | 'signal'>;

/**
 * What checks a client of the inventory now: a sweep of it alone, with history, changes and alerts.
 * @throws InputError if it may not be checked
 */
export function checkClient(
  client: Client,
  { store, files, figures, now }: { store: Store; files: DealerFiles; figures: CheckFigures; now: Date },
): CheckWork {
  const problem = client.paused ? 'it is paused' : authorizationProblem(client, now);
  if (problem !== null) throw new InputError(`${client.id} is not checked: ${problem}`);
  return async (see, signal) => {
    const { inventory, alerts } = await files.read();
    const onEndpoint: typeof see = (...seen) => {
      figures.onEndpoint?.(...seen);
      see(...seen);
    };
    const options = { ...figures, store, inventory: inventory.file, alerts, signal, onEndpoint };
    const chosen = { clients: [client], everyone: null, filter: { ids: [client.id] } };
    const prepared = await beginSweep({ ...options, ...chosen }, now);
    let failed: SweepEnd['failed'] = [];
    const sweep = runSweep(prepared, options, (end) => void ({ failed } = end));
    while (!(await sweep.next()).done);
    if (failed[0]) throw new InputError(`${client.id} could not be checked: ${failed[0].reason}`);
    const { looks } = await readLooks(store, client.id, null, new Date());
    // Of these it may also be known what the checks do not show.
    const own = looks.filter(({ sweepId }) => sweepId === prepared.sweep.id);
    const at = new Date();
    const standings = await readStandings(store, { ids: [client.id] }, { now: at, staleBefore: staleBefore(at) });
    const unchecked = standings.flatMap(({ slot, problem }) =>
      problem === null || own.some((look) => look.slot === slot) ? [] : [{ slot, reason: problem }],
    );
    return { reports: own.map(sayLook), unchecked };
  };
}
