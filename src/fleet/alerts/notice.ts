import type { AlertConfig } from './alert-config.js';
import type { OperatorEvent } from '../../model/alert.js';

/** A message to the operator that a channel fails, for the outbox. */
export interface Notice {
  /** The same for each message that a channel fails to deliver within a day, so that one notice is sent. */
  readonly key: string;
  readonly channel: string;
  readonly digest: false;
  readonly sweepId: null;
  readonly event: OperatorEvent;
  /** ISO 8601. */
  readonly at: string;
}

/** Tells the operator, through other channels, that a message was given up: at most once a day for each channel. */
export function composeNotices(
  failed: string,
  reason: string,
  config: Pick<AlertConfig, 'channels' | 'routes' | 'operator'>,
  now: Date,
): Notice[] {
  const at = now.toISOString();
  const event: OperatorEvent = {
    type: 'operator',
    at,
    title: `Alerts to channel ${failed} are not delivered`,
    detail: [
      `The last try: ${reason}`,
      'An alert was given up, and others may follow. They are kept. To list them: sallyport alert list',
      `To try the channel: sallyport alert test ${failed} --alerts FILE`,
      'To send them once it works: sallyport alert retry',
    ].join('\n'),
  };
  return listOthers(failed, config).map((channel) => ({
    ...{ key: `given-up/${failed}/${at.slice(0, 10)}/${channel}`, channel, digest: false, sweepId: null, event, at },
  }));
}

/** The operator's other channels; if there are none, those that hear of every client. */
function listOthers(
  failed: string,
  { channels, routes, operator }: Pick<AlertConfig, 'channels' | 'routes' | 'operator'>,
): string[] {
  const isOther = (name: string) => name !== failed && channels.has(name);
  const others = operator.to.filter(isOther);
  const wide = routes.filter(({ groups, tags }) => !groups && !tags).flatMap(({ to }) => to.filter(isOther));
  return [...new Set(others.length > 0 ? others : wide)];
}
