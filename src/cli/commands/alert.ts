import { type AlertConfig, loadAlertConfig } from '../../fleet/alerts/alert-config.js';
import type { ReportPlan } from '../../fleet/alerts/report-settings.js';
import { CHANNELS } from '../../fleet/alerts/registry.js';
import { composeTestMessage, SEND_TIMEOUT_MS, sendMessage } from '../../fleet/alerts/send-message.js';
import { parseSchedule } from '../../files/clients/schedule.js';
import { InputError } from '../../files/text/input-error.js';
import type { FailedMessage } from '../../fleet/store/outbox.js';
import { renderJson } from '../../reports/json.js';
import { forTerminalLine } from '../../words/escape.js';
import { quoteInput, suggest } from '../../words/input.js';
import { listNames, renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT, tell } from '../kit/ending.js';
import { deliverDue, MAIL_REPORT, mailReport } from '../kit/mail-report.js';
import type { Options, Values } from '../kit/option.js';
import { print } from '../kit/output.js';
import { STORE, TABLE_OR_JSON, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** At most this many messages that were given up are listed. */
const MAX_LISTED = 100;

const ALERTS = {
  alerts: { required: true, value: 'FILE', describe: 'File of alert channels and routes' },
} as const satisfies Options;

/** `sallyport alert`: the channels, and the messages that wait for them. */
export const command = defineCommand({
  subcommands: {
    validate: defineCommand({
      title: 'Report all mistakes in a file of alert channels',
      options: ALERTS,
      run: ({ alerts }) => validate(alerts),
    }),
    test: defineCommand({
      title: 'Send a test message through a channel',
      words: { channel: { required: true, describe: 'Name of a channel in the file' } },
      options: ALERTS,
      run: ({ channel, alerts }) => testChannel(channel, alerts),
    }),
    report: defineCommand({
      title: 'List who gets a report by mail, send one to try it, or send all now',
      words: { report: { required: true, describe: 'Name of a report in the file' } },
      options: { ...ALERTS, ...MAIL_REPORT },
      run: async ({ report, alerts, ...settings }) => mailReport(report, await readConfig(alerts), settings),
    }),
    list: defineCommand({
      title: 'Count the messages that wait, and list those that were given up',
      options: { ...TABLE_OR_JSON, ...STORE },
      run: ({ format, store }) => list(format, store),
    }),
    send: defineCommand({
      title: 'Send the messages that are due',
      options: { ...ALERTS, ...STORE },
      run: sendDue,
    }),
    retry: defineCommand({
      title: 'Put messages that were given up back in the queue',
      options: STORE,
      run: ({ store }) => retry(store),
    }),
  },
  examples: [
    ['alert test noc --alerts alerts.yaml', 'Does the channel work?'],
    ['alert report monthly --alerts alerts.yaml --inventory clients.yaml --to me@example.com', 'See a report first'],
  ],
  notes: ['Exit codes: 0 delivered, 1 not all delivered, 2 usage or internal error'],
});

async function validate(file: string): Promise<number> {
  const { channels, reports } = await readConfig(file);
  const width = Math.max(...[...channels.keys(), ...reports.keys()].map(({ length }) => length));
  print(`${file}: valid`);
  for (const [name, { kind }] of channels) print(`${name.padEnd(width)}  ${CHANNELS[kind].title}`);
  for (const [name, plan] of reports) print(`${name.padEnd(width)}  ${describePlan(plan)}`);
  return EXIT.compliant;
}

function describePlan({ schedule, timeZone, of, to, channels }: ReportPlan): string {
  const next = parseSchedule(schedule, timeZone).nextRun()?.toISOString() ?? 'never';
  const whom = to === 'contacts' ? 'to its contacts, ' : '';
  const what = of === 'fleet' ? 'Report of all clients' : 'Report of each client';
  return `${what}, ${whom}through ${listNames(channels)}; next at ${next}`;
}

function readConfig(file: string): Promise<AlertConfig> {
  return loadAlertConfig(file, process.env);
}

async function testChannel(channel: string, file: string): Promise<number> {
  const config = await readConfig(file);
  if (!config.channels.has(channel)) {
    throw new InputError(`there is no channel ${quoteInput(channel)}${suggest(channel, config.channels.keys())}`, {
      file,
    });
  }
  const ending = catchSignals();
  const now = new Date();
  const delivery = await sendMessage(composeTestMessage(channel, now), config, {
    signal: ending.signal,
    now,
    timeoutMs: SEND_TIMEOUT_MS,
  }).finally(() => ending.release());
  if (delivery.outcome !== 'delivered') {
    tell(`${channel}: not delivered: ${delivery.reason}`);
    return EXIT.violation;
  }
  print(`${channel}: delivered${delivery.note ? `, but ${delivery.note}` : ''}`);
  return EXIT.compliant;
}

async function list(format: 'table' | 'json', path: string | undefined): Promise<number> {
  const { counts, failed } = await withStore(path, async (store) => ({
    counts: await store.messages.count(),
    failed: await store.messages.listFailed(MAX_LISTED),
  }));
  if (format === 'json') {
    process.stdout.write(renderJson({ ...counts, failedMessages: failed }));
    return EXIT.compliant;
  }
  const more = counts.failed - failed.length;
  print(`${counts.waiting} waiting, ${counts.held} held for a digest, ${counts.failed} given up`);
  for (const message of failed) print(describeFailure(message, describeScreen().width));
  if (more > 0) print(`… and ${more} older ones`);
  if (counts.failed > 0) print('sallyport alert retry puts them back in the queue');
  return EXIT.compliant;
}

function describeFailure({ createdAt, channel, attempts, key, error }: FailedMessage, width: number): string {
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
  return forTerminalLine(`${createdAt}  ${channel}  ${tries}  ${error}  (${key})`, width);
}

async function sendDue({ alerts, store: path }: Values<typeof ALERTS & typeof STORE>): Promise<number> {
  const config = await readConfig(alerts);
  return withStore(path, (store) => deliverDue(store, config));
}

async function retry(path: string | undefined): Promise<number> {
  const count = await withStore(path, (store) => store.messages.retryFailed(new Date()));
  print(`${renderCount(count, 'message')} will be sent again by the next sweep or sallyport alert send`);
  return EXIT.compliant;
}
