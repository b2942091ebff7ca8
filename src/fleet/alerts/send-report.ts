import type { AlertConfig } from './alert-config.js';
import type { Delivery, SendOptions } from './channel.js';
import { sendLetter } from './email.js';
import { composeReportLetter, type DrawnReport } from './letter.js';
import type { ReportPlan } from './report-settings.js';
import type { OutboxMessage, ReportEvent } from '../../model/alert.js';

/** Draws a report of what the store has; null if that is nothing. The same event and plan give the same report. */
export type DrawReport = (event: ReportEvent, plan: ReportPlan) => Promise<DrawnReport | null>;

/** Tries once to send a report. Never throws: a fault of our own is worth another try. */
export async function sendReport(
  { key, channel }: Pick<OutboxMessage, 'key' | 'channel'>,
  event: ReportEvent,
  { channels, reports }: Pick<AlertConfig, 'channels' | 'reports'>,
  options: SendOptions & { readonly draw: DrawReport },
): Promise<Delivery> {
  const [settings, plan] = [channels.get(channel), reports.get(event.report)];
  if (!settings) return refuse('this channel is no longer configured');
  if (settings.kind !== 'email') return refuse('this channel is no longer for e-mail, which reports are sent by');
  if (!plan) return refuse('this report is no longer configured');
  try {
    const drawn = await options.draw(event, plan);
    if (!drawn) return refuse('the store has no check of this client any more');
    const letter = composeReportLetter(key, event, drawn, settings);
    if (letter.to.length === 0) return refuse('the client has no contact that is an e-mail address');
    return await sendLetter(letter, settings, options);
  } catch (error) {
    // Its message may hold what it was given.
    return { outcome: 'retry', reason: `internal error (${error instanceof Error ? error.name : typeof error})` };
  }
}

function refuse(reason: string): Delivery {
  return { outcome: 'rejected', reason, final: true };
}
