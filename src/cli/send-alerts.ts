import { deliverMessages, type DeliveryResult, type Outbox } from '../fleet/alerts/deliver.js';
import type { AlertConfig } from '../fleet/alerts/alert-config.js';
import { forTerminal } from '../words/escape.js';

/** Delivers the alerts that are due, and tells of those that could not be delivered. */
export async function sendAlerts(outbox: Outbox, alerts: AlertConfig, signal: AbortSignal): Promise<void> {
  await deliverMessages(outbox, alerts, { signal, now: () => new Date(), onResult: tellDelivery });
}

/** Tells on standard error of a message that could not be delivered. */
export function tellDelivery({ message, delivery, retryAt }: DeliveryResult): void {
  if (delivery.outcome === 'delivered') return;
  const next = retryAt ? `is tried again after ${retryAt.toISOString()}` : 'is given up';
  process.stderr.write(`sallyport: ${forTerminal(`alert to ${message.channel} ${next}: ${delivery.reason}`)}\n`);
}
