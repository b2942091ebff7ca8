import type { Route } from './alert-config-schema.js';
import type { AlertConfig } from './alert-config.js';
import type { AlertEvent } from '../../model/alert.js';
import type { Change } from '../../model/change.js';
import { isChosen } from '../../model/client.js';
import { isAtLeast } from '../../model/severity.js';

/** What one channel hears of an event. */
export interface RoutedEvent {
  readonly channel: string;
  readonly mode: Route['mode'];
  readonly event: AlertEvent;
}

/**
 * Says who hears what of an event. All routes that match hold; a channel that several name gets one message with the
 * changes that any of them wants, at once where one wants it at once. Trouble of our own goes to the operator.
 */
export function routeEvent(config: Pick<AlertConfig, 'routes' | 'operator'>, event: AlertEvent): RoutedEvent[] {
  if (event.type === 'operator') {
    return [...new Set(config.operator.to)].map((channel) => ({ channel, mode: 'immediate', event }));
  }
  const matching = config.routes
    .filter((route) => isChosen(event.client, route))
    .map((route) => ({ ...route, wanted: event.changes.filter((change) => wantsChange(route, change)) }))
    .filter(({ wanted }) => wanted.length > 0);
  const channels = new Set(matching.flatMap(({ to }) => to));
  return [...channels].map((channel) => {
    const routes = matching.filter(({ to }) => to.includes(channel));
    const changes = event.changes.filter((change) => routes.some(({ wanted }) => wanted.includes(change)));
    const mode = routes.some((route) => route.mode === 'immediate') ? 'immediate' : 'digest';
    return { channel, mode, event: { ...event, changes } };
  });
}

/**
 * Gives each change an event of its own where a channel tells of each problem apart: in mails at once, of which a help
 * desk makes tickets. Digests stay as they are.
 */
export function splitByProblem(
  { channel, mode, event }: RoutedEvent,
  { channels }: Pick<AlertConfig, 'channels'>,
): { readonly event: AlertEvent; readonly part: string | null }[] {
  const isMail = channels.get(channel)?.kind === 'email';
  if (!isMail || mode === 'digest' || event.type === 'operator') return [{ event, part: null }];
  return event.changes.map((change) => ({ event: { ...event, changes: [change] }, part: change.key }));
}

function wantsChange({ severity, kinds }: Route, change: Change): boolean {
  return isAtLeast(change.severity, severity) && (!kinds || kinds.includes(change.kind));
}
