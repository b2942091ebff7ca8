import type { ReportEvent } from '../../model/alert.js';
import { type Client, type ClientCard, isChosen } from '../../model/client.js';
import { listNames, renderCount } from '../../words/sentence.js';
import type { AlertConfig } from '../alerts/alert-config.js';
import { parseMailboxes } from '../alerts/letter.js';
import type { ReportPlan } from '../alerts/report-settings.js';
import { routeEvent } from '../alerts/route.js';
import { REPORT_KEY } from '../store/outbox.js';
import type { StoreWriter } from '../store/store-writer.js';
import type { DueReport } from './report-due.js';

/** Why a client gets no report. */
export const NO_REPORT = {
  paused: 'paused',
  contacts: 'without a contact',
  unchecked: 'without a check so far',
} as const;
export type NoReport = keyof typeof NO_REPORT;

/** A report that is due, by its name in the alert configuration. */
export interface ReportRun {
  readonly name: string;
  readonly plan: ReportPlan;
  readonly due: DueReport;
}

/** A client of a report: what goes to whom, or why nothing does. */
export type Addressee =
  | { readonly client: Client; readonly event: ReportOfClient; readonly channels: readonly string[] }
  | { readonly client: Client; readonly none: NoReport };

/** A client that a report is of, or none where it is of all of them. */
export type ReportOfClient = ReportEvent & { readonly client: ClientCard };

/** How many reports were queued, and which clients get none. */
export interface QueuedReports {
  readonly queued: number;
  readonly none: Readonly<Record<NoReport, readonly string[]>>;
}

/** Clients that the operator is told of by their ids, for each reason. */
const MOST_NAMED = 30;

/** The clients that a report is of, one after another. */
export async function* listAddressees(
  tx: Pick<StoreWriter, 'wasChecked'>,
  { name, plan, due }: ReportRun,
  clients: Iterable<Client> | AsyncIterable<Client>,
): AsyncGenerator<Addressee> {
  for await (const client of clients) {
    if (!isChosen(client, plan)) continue;
    if (client.paused) yield { client, none: 'paused' };
    else if (plan.to === 'contacts' && parseMailboxes(client.contacts).length === 0) yield { client, none: 'contacts' };
    else if (!(await tx.wasChecked(client.id, due.at))) yield { client, none: 'unchecked' };
    else {
      const event = { ...createEvent({ name, plan, due }), client: cardOf(client) };
      yield { client, event, channels: plan.channels };
    }
  }
}

/** A report of all clients, or what a report of one of them begins with. */
export function createEvent({ name, plan, due }: ReportRun): ReportEvent {
  const about = { at: due.at.toISOString(), since: due.since.toISOString(), period: due.period };
  return { type: 'report', ...about, report: name, client: null, to: plan.to };
}

function cardOf({ id, name, group, tags, contacts }: Client): ClientCard {
  return { id, name, group, tags, contacts };
}

/**
 * Queues a report to all whom it goes to, in one transaction. The same report of the same time is queued once for ever,
 * whoever queues it.
 */
export async function queueReports(
  tx: StoreWriter,
  run: ReportRun,
  clients: Iterable<Client> | AsyncIterable<Client>,
): Promise<QueuedReports> {
  const none: Record<NoReport, string[]> = { paused: [], contacts: [], unchecked: [] };
  const at = run.due.at.toISOString();
  let queued = 0;
  const queue = async (id: string, event: ReportEvent, channels: readonly string[]) => {
    for (const channel of channels) {
      const key = `${REPORT_KEY}${run.name}/${at}/${id}/${channel}`;
      await tx.enqueue({ key, channel, digest: false, sweepId: null, event, at });
      queued++;
    }
  };
  if (run.plan.of === 'fleet') {
    // No client has such an id.
    await queue('*', createEvent(run), run.plan.channels);
    return { queued, none };
  }
  for await (const addressee of listAddressees(tx, run, clients)) {
    const { id } = addressee.client;
    if ('none' in addressee) none[addressee.none].push(id);
    else await queue(id, addressee.event, addressee.channels);
  }
  return { queued, none };
}

/** Says which clients get no report, a line for each reason. */
export function sayNoReports(none: QueuedReports['none'], reasons: readonly NoReport[]): string[] {
  return reasons.flatMap((reason) => {
    const ids = none[reason];
    return ids.length === 0 ? [] : [`${NO_REPORT[reason]}: ${listNames(ids, MOST_NAMED)}`];
  });
}

/** Tells the operator of clients that should get a report and do not; those that are paused are not missed. */
export async function tellUnreached(
  tx: StoreWriter,
  { name, due }: ReportRun,
  { none }: QueuedReports,
  alerts: AlertConfig,
): Promise<void> {
  const count = none.contacts.length + none.unchecked.length;
  if (count === 0) return;
  const at = due.at.toISOString();
  const title = `Report ${name} of ${due.period} does not go to ${renderCount(count, 'client')}`;
  const detail = sayNoReports(none, ['contacts', 'unchecked']).join('\n');
  const event = { type: 'operator', at, title, detail } as const;
  for (const { channel } of routeEvent(alerts, event))
    await tx.enqueue({ key: `unreached/${name}/${at}/${channel}`, channel, digest: false, sweepId: null, event, at });
}
