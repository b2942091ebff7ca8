import type { SweepOptions } from '../../fleet/sweep/sweep.js';
import { createExclusion, resolveExclusions } from '../../files/targets/guard.js';
import { resolveName } from '../../net/sockets/addresses.js';
import * as shared from './check-options.js';
import { READING } from './inventory.js';
import { inGroup, type Options, type Values } from './option.js';
import { STORE } from './store.js';

const CONFIRM_AFTER_MS = 30_000;

/** What to say once where a sweep runs without a control. */
export const NO_CONTROL =
  'there is no --control, so a failure of our own line can look as if clients had fallen silent; name something that answers';

/** Which clients of an inventory. */
export const SELECTION = {
  group: { list: true, value: 'NAME', describe: 'Only clients of this group' },
  client: { list: true, value: 'ID', complete: 'client', describe: 'Only clients with this id' },
  tag: { list: true, value: 'TAG', describe: 'Only clients with this tag' },
} as const satisfies Options;

/** What counts as a change, and who is told of it. */
export const TELLING = {
  ...STORE,
  'confirm-after': {
    value: 'TIME',
    otherwise: '30s',
    describe:
      'How long to wait before a change is checked again; it counts if it is still there; 0 for no second check',
  },
  alerts: { value: 'FILE', describe: 'File of alert channels and routes' },
} as const satisfies Options;

/** How long to wait before a change is checked again, ms. */
export function readConfirmAfter(settings: { readonly 'confirm-after': string | undefined }): number {
  return shared.readDuration('confirm-after', settings['confirm-after'], CONFIRM_AFTER_MS);
}

/** The options of all that sweeps an inventory: those of check, without what an inventory says for each client. */
export const SWEEP_OPTIONS = {
  ...inGroup('Clients:', {
    inventory: { required: true, value: 'FILE', describe: 'File of the clients, YAML or CSV' },
    ...READING,
    ...SELECTION,
    ...shared.EXCLUSIONS,
  }),
  ...inGroup('Changes and alerts:', TELLING),
  ...inGroup('What to check:', { ...shared.REACH, ...shared.FAIL_ON }),
  ...shared.PACE,
  ...inGroup('Output:', shared.COMMON),
} as const;

/** What of a sweep's options stands in settings only. */
export type SweepFigures = Omit<SweepOptions, 'store' | 'inventory' | 'clients' | 'alerts'>;

/**
 * Turns settings into the options of a sweep, without what has to be opened or loaded.
 * @throws InputError
 */
export async function readSweepFigures(settings: Values<typeof SWEEP_OPTIONS>): Promise<SweepFigures> {
  const { specs, mistakes } = await shared.readExclusions(settings);
  if (mistakes) throw mistakes;
  return {
    ...shared.readPace(settings),
    confirmAfterMs: readConfirmAfter(settings),
    exclude: createExclusion(await resolveExclusions(specs, resolveName)),
    allowSpecial: settings['allow-special'],
  };
}
