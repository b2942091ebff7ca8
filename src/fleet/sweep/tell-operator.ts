import { routeEvent } from '../alerts/route.js';
import type { Store } from '../store/store.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import type { OperatorEvent } from '../../model/alert.js';

const MAX_DETAIL = 2_000;

/** Something wrong with sallyport itself. */
export interface Trouble {
  /** The same trouble is told once. */
  readonly key: string;
  readonly title: string;
  readonly detail: string;
}

/** Queues an alert to the operator. */
export async function tellOperator(store: Store, alerts: AlertConfig, { key, title, detail }: Trouble): Promise<void> {
  const at = new Date().toISOString();
  const event: OperatorEvent = { type: 'operator', at, title, detail: detail.slice(0, MAX_DETAIL) };
  await store.write(async (tx) => {
    for (const { channel } of routeEvent(alerts, event)) {
      await tx.enqueue({ key: `${key}/${channel}`, channel, digest: false, sweepId: null, event, at });
    }
  });
}
