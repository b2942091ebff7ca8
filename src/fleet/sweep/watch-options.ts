import type { Clock } from '../../async/clock.js';
import type { DeliveryResult } from '../alerts/deliver.js';
import type { DrawReport } from '../alerts/send-report.js';
import type { Store } from '../store/store.js';
import type { SweepOptions, SweepResult } from './sweep.js';
import type { WatchedFiles } from './watched-files.js';

/** What a watch tells as it goes, one line each, and its results. */
export interface WatchView {
  note(line: string): void;
  result(sweepId: number, result: SweepResult): void;
  delivery(result: DeliveryResult): void;
  /** All is well: nothing failed since the last sweep began. */
  alive(): void;
}

/** Whose turn it is to run which schedules. */
export interface Turn extends Pick<WatchedFiles, 'inventory' | 'chosen'> {
  readonly isOurs: boolean;
}

/** How a watch is run. */
export interface WatchOptions {
  readonly store: Store;
  readonly figures: Omit<SweepOptions, 'store' | 'inventory' | 'clients' | 'alerts' | 'clock'>;
  /** Loads the files; called again after `changed` said so. */
  readonly load: () => Promise<WatchedFiles>;
  /** Whether the files changed since they were loaded. */
  readonly changed: () => Promise<boolean>;
  /** A sweep begins up to so much after its time, at random, ms. */
  readonly jitterMs: number;
  readonly view: WatchView;
  /** Draws the reports that are due by mail. */
  readonly draw: DrawReport;
  readonly signal: AbortSignal;
  /** Told now and then whose turn it is to run the schedules of these clients: that of this process, or of another one. */
  readonly onTurn?: ((turn: Turn) => void) | undefined;
  /** How often the files, the clock and the outbox are looked at, ms. */
  readonly tickMs?: number | undefined;
  /** This machine's, where not given: what is due, and who is alive, is judged by it. */
  readonly clock?: Clock | undefined;
}
