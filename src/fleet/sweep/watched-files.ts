import type { Client } from '../../model/client.js';
import type { AlertConfig } from '../alerts/alert-config.js';

/** What the files say: loaded again whenever they change. */
export interface WatchedFiles {
  /** Absolute path of the inventory. */
  readonly inventory: string;
  readonly clients: Iterable<Client> | AsyncIterable<Client>;
  /** All of the inventory, whichever were chosen. */
  readonly everyone: Iterable<Client> | AsyncIterable<Client>;
  /** How they were chosen from the inventory: what identifies the choice, as JSON. */
  readonly chosen: string;
  readonly alerts: AlertConfig | null;
}
