import type { Argv, CommandModule } from 'yargs';
import type { FailedMessage } from '../../fleet/store/store.js';
import type { AlertConfig } from '../../fleet/alerts/alert-config.js';
import { InputError } from '../../files/text/input-error.js';
import { quoteInput, suggest } from '../../words/input.js';
import { forTerminal, forTerminalLine } from '../../words/escape.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { describeScreen, renderJson } from '../screen.js';
import { catchSignals } from '../signals.js';
import { FORMAT_OPTION, STORE_OPTION, withStore } from '../with-store.js';

const ALERTS_OPTION = {
  alerts: {
    type: 'string',
    demandOption: true,
    requiresArg: true,
    describe: 'File of alert channels and routes',
  },
} as const;

/** So many messages that were given up are listed. */
const MAX_LISTED = 100;

/** `sallyport alert`: the channels, and the messages that wait for them. */
export function alertCommand(choose: Choose): CommandModule {
  const channel = (yargs: Argv) =>
    yargs
      .positional('channel', { type: 'string', demandOption: true, describe: 'Name of a channel in the file' })
      .options(ALERTS_OPTION);
  return {
    command: 'alert',
    describe: 'Test alert channels; list and send what waits for them',
    builder: (yargs) =>
      yargs
        .command('validate', 'Tell all mistakes in a file of alert channels', ALERTS_OPTION, (args) =>
          choose(() => validate(args)),
        )
        .command('test <channel>', 'Send a test message through a channel', channel, (args) =>
          choose(() => testChannel(args)),
        )
        .command(
          'list',
          'Count the messages that wait, and list those that were given up',
          { ...STORE_OPTION, ...FORMAT_OPTION },
          (args) => choose(() => list(args)),
        )
        .command('send', 'Send the messages that are due', { ...ALERTS_OPTION, ...STORE_OPTION }, (args) =>
          choose(() => sendDue(args)),
        )
        .command('retry', 'Have those that were given up sent again', STORE_OPTION, (args) => choose(() => retry(args)))
        .demandCommand(1, 'name what to do: sallyport alert validate, test, list, send or retry')
        .example('$0 alert test noc --alerts alerts.yaml', 'Does the channel work?')
        .epilogue('Exit codes: 0 delivered, 1 not all delivered, 2 usage or internal error'),
    handler: () => {},
  };
}

interface Alerts {
  readonly alerts: string;
}

interface StorePath {
  readonly store: string | undefined;
}

async function loadAlerts(args: Alerts): Promise<AlertConfig> {
  refuseRepeats(args);
  const { loadAlertConfig } = await import('../../fleet/alerts/alert-config.js');
  return loadAlertConfig(args.alerts, process.env);
}

async function validate(args: Alerts): Promise<number> {
  const { channels } = await loadAlerts(args);
  const { CHANNELS } = await import('../../fleet/alerts/registry.js');
  const width = Math.max(...[...channels.keys()].map(({ length }) => length));
  print([
    `${args.alerts}: valid`,
    ...[...channels].map(([name, { kind }]) => `${name.padEnd(width)}  ${CHANNELS[kind].title}`),
  ]);
  return EXIT.compliant;
}

async function testChannel(args: Alerts & { readonly channel: string }): Promise<number> {
  const config = await loadAlerts(args);
  const { channel } = args;
  if (!config.channels.has(channel)) {
    const meant = suggest(channel, config.channels.keys());
    throw new InputError(`there is no channel ${quoteInput(channel)}${meant}`, { file: args.alerts });
  }
  const { SEND_TIMEOUT_MS, sendMessage } = await import('../../fleet/alerts/send-message.js');
  const { composeTestMessage } = await import('../../fleet/alerts/send-message.js');
  const ending = catchSignals();
  const now = new Date();
  const message = composeTestMessage(channel, now);
  const delivery = await sendMessage(message, config, {
    signal: ending.signal,
    now,
    timeoutMs: SEND_TIMEOUT_MS,
  }).finally(() => ending.release());
  if (delivery.outcome !== 'delivered') {
    process.stderr.write(`sallyport: ${forTerminal(`${channel}: not delivered: ${delivery.reason}`)}\n`);
    return EXIT.violation;
  }
  print([`${channel}: delivered${delivery.note ? `, but ${delivery.note}` : ''}`]);
  return EXIT.compliant;
}

async function list(args: StorePath & { readonly format: 'table' | 'json' }): Promise<number> {
  refuseRepeats(args);
  const { counts, failed } = await withStore(args.store, async (store) => ({
    counts: await store.countMessages(),
    failed: await store.listFailedMessages(MAX_LISTED),
  }));
  if (args.format === 'json') {
    process.stdout.write(renderJson({ ...counts, failedMessages: failed }));
    return EXIT.compliant;
  }
  const more = counts.failed - failed.length;
  print([
    `${counts.waiting} waiting, ${counts.held} held for a digest, ${counts.failed} given up`,
    ...failed.map((message) => describeFailure(message, describeScreen().width)),
    ...(more > 0 ? [`… and ${more} older ones`] : []),
    ...(counts.failed > 0 ? ['sallyport alert retry has them sent again'] : []),
  ]);
  return EXIT.compliant;
}

function describeFailure({ createdAt, channel, attempts, key, error }: FailedMessage, width: number): string {
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}`;
  return forTerminalLine(`${createdAt}  ${channel}  ${tries}  ${error}  (${key})`, width);
}

async function sendDue(args: Alerts & StorePath): Promise<number> {
  const config = await loadAlerts(args);
  const [{ deliverMessages }, { tellDelivery }] = await Promise.all([
    import('../../fleet/alerts/deliver.js'),
    import('../send-alerts.js'),
  ]);
  const ending = catchSignals();
  const { sent, postponed, failed } = await withStore(args.store, (store) =>
    deliverMessages(store, config, { signal: ending.signal, now: () => new Date(), onResult: tellDelivery }),
  ).finally(() => ending.release());
  print([`${sent} sent, ${postponed} to be tried again, ${failed} given up`]);
  return postponed + failed === 0 && !ending.signal.aborted ? EXIT.compliant : EXIT.violation;
}

async function retry(args: StorePath): Promise<number> {
  refuseRepeats(args);
  const count = await withStore(args.store, (store) => store.retryFailed(new Date()));
  print([
    `${count} ${count === 1 ? 'message is' : 'messages are'} sent again with the next sweep or sallyport alert send`,
  ]);
  return EXIT.compliant;
}

function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${forTerminal(line)}\n`).join(''));
}
