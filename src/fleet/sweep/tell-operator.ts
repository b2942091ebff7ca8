import { routeEvent } from '../alerts/route.js';
import { SEND_TIMEOUT_MS, sendMessage } from '../alerts/send-message.js';
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
export async function tellOperator(store: Store, alerts: AlertConfig, trouble: Trouble): Promise<void> {
  const event = composeEvent(trouble);
  await store.write(async (tx) => {
    for (const { channel } of routeEvent(alerts, event)) {
      const key = `${trouble.key}/${channel}`;
      await tx.enqueue({ key, channel, digest: false, sweepId: null, event, at: event.at });
    }
  });
}

/**
 * Sends an alert to the operator past the outbox, for where the store cannot be written: one try for each channel. Never
 * rejects; what was not delivered comes back, a line each.
 */
export async function tellOperatorDirectly(
  alerts: AlertConfig,
  trouble: Trouble,
  signal: AbortSignal,
): Promise<string[]> {
  const event = composeEvent(trouble);
  const tries = routeEvent(alerts, event).map(async ({ channel }) => {
    const message = {
      id: 0,
      key: `${trouble.key}/${channel}`,
      channel,
      events: [event],
      attempts: 0,
      createdAt: event.at,
    };
    const options = { signal, now: new Date(), timeoutMs: SEND_TIMEOUT_MS };
    const delivery = await sendMessage(message, alerts, options);
    return delivery.outcome === 'delivered' ? [] : [`${channel}: ${delivery.reason}`];
  });
  return (await Promise.all(tries)).flat();
}

function composeEvent({ title, detail }: Trouble): OperatorEvent {
  return { type: 'operator', at: new Date().toISOString(), title, detail: detail.slice(0, MAX_DETAIL) };
}
