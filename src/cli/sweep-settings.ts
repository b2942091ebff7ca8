import { createExclusion, resolveExclusions } from '../files/targets/exclusion.js';
import { parseDuration } from '../files/text/instant.js';
import { InputError } from '../files/text/input-error.js';
import { resolveName } from '../net/sockets/addresses.js';
import type { SweepOptions } from '../fleet/sweep/sweep.js';
import { readExclusions } from './check-options.js';
import type { SweepSettings } from './sweep-options.js';

const CONFIRM_AFTER_MS = 30_000;

/** What of a sweep's options stands in settings alone. */
export type SweepFigures = Omit<SweepOptions, 'store' | 'inventory' | 'clients' | 'alerts'>;

/**
 * Turns settings into the options of a sweep, without what has to be opened or loaded.
 * @throws InputError
 */
export async function readSweepFigures(settings: Omit<SweepSettings, 'resume' | 'limit'>): Promise<SweepFigures> {
  return {
    confirmAfterMs: readDuration('confirm-after', settings['confirm-after'], CONFIRM_AFTER_MS),
    exclude: createExclusion(await resolveExclusions(await readExclusions(settings), resolveName)),
    allowSpecial: settings['allow-special'],
    findMoved: settings['find-moved'],
    canaries: settings.canaries,
    control: settings.control,
    timing: settings.timing,
    rate: settings.rate,
    timeoutMs: settings.timeout === undefined ? undefined : settings.timeout * 1_000,
    retries: settings.retries,
    maxSockets: settings['max-sockets'],
    failOn: settings['fail-on'],
  };
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
