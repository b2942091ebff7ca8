import type { Inventory } from '../files/clients/inventory.js';
import type { AlertConfig } from '../fleet/alerts/alert-config.js';

/** The files of the dealer that is served, as they were last without a mistake. */
export interface DealerFiles {
  /** Absolute path of the inventory. */
  readonly inventory: string;
  /** Which of its clients are swept on schedules: what identifies the choice, as JSON. */
  readonly chosen: string;
  /** Columns and keys of it that are the dealer's own, and left out. */
  readonly ignore?: readonly string[] | undefined;
  /** What the files say now. What is wrong with one is told to the operator, and what was read before stays in force. */
  read(): Promise<{ readonly inventory: Inventory; readonly alerts: AlertConfig | null }>;
}
