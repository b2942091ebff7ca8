import { randomUUID } from 'node:crypto';
import { selectClients } from '../../files/clients/inventory.js';
import { InputError } from '../../files/text/input-error.js';
import type { AlertConfig } from '../../fleet/alerts/alert-config.js';
import { deliverMessages } from '../../fleet/alerts/deliver.js';
import { parseMailboxes } from '../../fleet/alerts/letter.js';
import { SEND_TIMEOUT_MS } from '../../fleet/alerts/send-message.js';
import { sendReport } from '../../fleet/alerts/send-report.js';
import type { Store } from '../../fleet/store/store.js';
import type { ReportEvent } from '../../model/alert.js';
import {
  type Addressee,
  createEvent,
  listAddressees,
  NO_REPORT,
  queueReports,
  type ReportRun,
  sayNoReports,
} from '../../fleet/sweep/queue-reports.js';
import { describeReport } from '../../fleet/sweep/report-due.js';
import type { Client } from '../../model/client.js';
import { forTerminalLine } from '../../words/escape.js';
import { quoteInput, suggest } from '../../words/input.js';
import { renderCount } from '../../words/sentence.js';
import { catchSignals, EXIT, tell } from './ending.js';
import { readInventory, READING } from './inventory.js';
import type { Options, Values } from './option.js';
import { print } from './output.js';
import { tellDelivery } from './progress.js';
import { createReportDrawer, nameReportFile } from './report-mail.js';
import { STORE, withStore } from './store.js';
import { SELECTION } from './sweep-options.js';
import { describeScreen } from './terminal.js';

/** The options of a report that is not left to its schedule. */
export const MAIL_REPORT = {
  inventory: { required: true, value: 'FILE', describe: 'File of the clients, YAML or CSV' },
  ...READING,
  ...SELECTION,
  to: { value: 'ADDRESS', describe: 'Send the report of the first client to this address instead, to try it' },
  now: { switch: true, flagOnly: true, describe: 'Send the report to all whom it goes to, whenever it is due' },
  ...STORE,
} as const satisfies Options;

type Settings = Values<typeof MAIL_REPORT>;

/** Lists who gets a report, sends one of them to try it, or all of them now; the exit code. */
export async function mailReport(name: string, config: AlertConfig, settings: Settings): Promise<number> {
  const plan = config.reports.get(name);
  if (!plan) {
    const hint = suggest(name, config.reports.keys());
    throw new InputError(`there is no report ${quoteInput(name)}${hint}`, { file: config.file });
  }
  const { to, now: atOnce = false, group: groups, client: ids, tag: tags } = settings;
  if (to !== undefined && atOnce) throw new InputError('give --to or --now, not both');
  if (to !== undefined && parseMailboxes([to]).length === 0)
    throw new InputError(`--to: ${quoteInput(to)} is not an e-mail address`);
  const clients = selectClients(await readInventory(settings.inventory, settings), { groups, ids, tags });
  const run = { name, plan, due: describeReport(plan, null, new Date()) };
  return withStore(settings.store, async (store) => {
    if (plan.of === 'fleet' && !atOnce) {
      const all = { event: createEvent(run), channels: plan.channels };
      return to === undefined ? listFleet(all, config) : tryOne(store, config, all, to);
    }
    if (atOnce) return sendAll(store, config, run, clients);
    const addressees = await store.write(async (tx) => {
      const all: Addressee[] = [];
      for await (const addressee of listAddressees(tx, run, clients)) all.push(addressee);
      return all;
    });
    if (to === undefined) return list(addressees, config);
    const first = addressees.find((addressee) => 'event' in addressee);
    if (!first) throw new InputError('none of these clients gets this report; without --to, the reasons are listed');
    return tryOne(store, config, first, to);
  });
}

/** Lists what would go to whom, and which clients get nothing. */
function list(addressees: readonly Addressee[], { channels, reports }: AlertConfig): number {
  const { width } = describeScreen();
  let none = 0;
  for (const addressee of addressees) {
    const { id } = addressee.client;
    if ('none' in addressee) {
      none++;
      print(forTerminalLine(`${id}  no report: ${NO_REPORT[addressee.none]}`, width));
      continue;
    }
    const { event } = addressee;
    const settings = addressee.channels.map((name) => channels.get(name));
    const given = settings.flatMap((channel) => (channel?.kind === 'email' ? channel.to : []));
    const to = parseMailboxes(event.to === 'contacts' ? event.client.contacts : given).map(({ address }) => address);
    const file = nameReportFile(event, reports.get(event.report)!);
    print(forTerminalLine(`${id}  ${file}  to ${to.join(', ')}`, width));
  }
  const sent = addressees.length - none;
  print(`${renderCount(sent, 'client')} would get it, ${none} would not; nothing was sent`);
  return EXIT.compliant;
}

/** Says to whom the report of all clients would go. */
function listFleet({ event, channels: names }: Queued, { channels, reports }: AlertConfig): number {
  const settings = names.map((name) => channels.get(name));
  const to = parseMailboxes(settings.flatMap((channel) => (channel?.kind === 'email' ? channel.to : [])));
  const file = nameReportFile(event, reports.get(event.report)!);
  print(`all clients  ${file}  to ${to.map(({ address }) => address).join(', ')}; nothing was sent`);
  return EXIT.compliant;
}

/** A report, and the channels that it goes through. */
interface Queued {
  readonly event: ReportEvent;
  readonly channels: readonly string[];
}

/** Sends a report to another address. */
async function tryOne(
  store: Store,
  config: AlertConfig,
  { event, channels: [channel = ''] }: Queued,
  to: string,
): Promise<number> {
  const of = event.client?.id ?? 'all clients';
  const ending = catchSignals();
  const settings = config.channels.get(channel);
  const trial = settings?.kind === 'email' ? { ...settings, to: [to], contacts: false } : settings;
  const channels = new Map([...config.channels, ...(trial ? [[channel, trial] as const] : [])]);
  // To its reader, in either case.
  const once = event.client ? { ...event, client: { ...event.client, contacts: [to] } } : event;
  const delivery = await sendReport(
    { key: `test/${randomUUID()}`, channel },
    once,
    { ...config, channels },
    {
      ...{ signal: ending.signal, now: new Date(), timeoutMs: SEND_TIMEOUT_MS },
      draw: createReportDrawer(store, tell),
    },
  ).finally(() => ending.release());
  if (delivery.outcome !== 'delivered') {
    tell(`the report of ${of} was not delivered: ${delivery.reason}`);
    return EXIT.violation;
  }
  print(`the report of ${of} was delivered to ${to}`);
  return EXIT.compliant;
}

async function sendAll(store: Store, config: AlertConfig, run: ReportRun, clients: readonly Client[]): Promise<number> {
  const { none } = await store.write((tx) => queueReports(tx, run, clients));
  for (const line of sayNoReports(none, ['paused', 'contacts', 'unchecked'])) tell(`no report for clients ${line}`);
  return deliverDue(store, config);
}

/** Delivers the messages that are due and says what became of them; the exit code. */
export async function deliverDue(store: Store, config: AlertConfig): Promise<number> {
  const ending = catchSignals();
  const { signal } = ending;
  const { sent, postponed, failed } = await deliverMessages(store.messages, config, {
    ...{ signal, now: () => new Date(), draw: createReportDrawer(store, tell), onResult: tellDelivery },
  }).finally(() => ending.release());
  print(`${sent} sent, ${postponed} to be tried again, ${failed} given up`);
  return postponed + failed === 0 && !signal.aborted ? EXIT.compliant : EXIT.violation;
}
