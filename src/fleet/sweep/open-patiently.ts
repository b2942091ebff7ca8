import { setTimeout as wait } from 'node:timers/promises';
import type { AlertConfig } from '../alerts/alert-config.js';
import type { Store } from '../store/store.js';
import { StoreError } from '../store/store-error.js';
import { BackOff } from './back-off.js';
import { OperatorLine } from './operator-line.js';

const LEAST_WAIT_MS = 5_000;
const MOST_WAIT_MS = 600_000;

/** How a store is opened that may be full or cannot be written for now. */
export interface PatientOptions {
  readonly alerts: AlertConfig | null;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
  readonly leastWaitMs?: number | undefined;
}

/**
 * Opens a store. While it is full or cannot be written, the operator is told once, and it is tried again after ever
 * longer waits; null if the signal ends that. Rejects with trouble of any other kind.
 */
export async function openPatiently(open: () => Promise<Store>, options: PatientOptions): Promise<Store | null> {
  const { alerts, note, signal, leastWaitMs = LEAST_WAIT_MS } = options;
  const backOff = new BackOff(leastWaitMs, MOST_WAIT_MS);
  const operator = new OperatorLine(note, signal);
  while (!signal.aborted) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreError && error.mayPass)) throw error;
      await operator.tell(null, alerts, 'The store cannot be opened; nothing is checked', error.message);
      backOff.noteFailure();
      await wait(backOff.restMs, undefined, { signal }).catch(() => {});
    }
  }
  return null;
}
