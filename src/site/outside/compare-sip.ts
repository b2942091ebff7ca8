import { randomBytes } from 'node:crypto';
import type { SipComparison } from '../../model/site.js';
import { MAX_SIP_BYTES, sipMessageEventSchema } from '../../model/vantage-api.js';
import { dialTcp } from '../../net/sockets/tcp-socket.js';
import { MessageStream } from '../../net/sockets/message-stream.js';
import { UdpPort } from '../../net/sockets/udp-port.js';
import { readExchangeMessage } from '../../protocols/sip/sip-exchange.js';
import { splitSipStream } from '../../protocols/sip/sip.js';
import { SipFlow } from './sip-flow.js';
import { isExchangeComplete, judgeSipRecords, SipRecords } from './sip-records.js';
import { type ExchangeClient, VantageExchange } from './vantage-exchange.js';

/** After each try over UDP, ms: three in total. */
const UDP_WAITS = [500, 1_000, 1_500];
/** TCP sends again by itself. */
const TCP_WAITS = [2_000];
const DIAL_MS = 3_000;
const MAX_CONNECTION_BYTES = 64 * 1_024;
/** The vantage ends an exchange long before. */
const LONGEST_MS = 30_000;

/** Between whom SIP messages are compared. */
export interface CompareSipOptions {
  readonly client: ExchangeClient;
  /** The address of this machine that the messages come from and tell of. */
  readonly localAddress: string;
  readonly signal: AbortSignal;
}

/** One transport of an exchange. */
interface Way {
  readonly exchange: VantageExchange;
  readonly localAddress: string;
  readonly key: Buffer;
  readonly records: SipRecords;
  /** What is to be closed at the end: until then something may still come in. */
  readonly closers: (() => unknown)[];
}

/**
 * Exchanges SIP messages with the vantage over UDP and TCP, both ways, from ephemeral ports, and compares what left
 * one side with what came in on the other. What is called lost was sent, and the vantage's whole report lacks it.
 * Throws {@link VantageError} where that report did not come to its end.
 */
export async function compareSip({ client, localAddress, signal }: CompareSipOptions): Promise<SipComparison[]> {
  const key = randomBytes(32);
  const records = { udp: new SipRecords(), tcp: new SipRecords() };
  const exchange = await VantageExchange.open({
    ...{ client, path: '/v1/sip-exchanges', body: { key: key.toString('base64url') }, signal, longestMs: LONGEST_MS },
    receive: ({ event, data }) => void (event === 'message' && noteReport(records, key, data)),
  });
  const closers: Way['closers'] = [() => exchange.close()];
  try {
    const way = { exchange, localAddress, key, closers };
    await Promise.all([talkOverUdp({ ...way, records: records.udp }), talkOverTcp({ ...way, records: records.tcp })]);
    const waits = [records.udp, records.tcp].map((each) =>
      each.until(() => isExchangeComplete(each), LONGEST_MS, exchange.signal),
    );
    const complete = (await Promise.all(waits)).every(Boolean);
    // Only the end of the report tells that something did not arrive, and only a good one.
    if (!complete || exchange.signal.aborted) await exchange.ended;
    return (['udp', 'tcp'] as const).flatMap((transport) => judgeSipRecords(transport, records[transport]));
  } finally {
    for (const close of closers) close();
  }
}

/** Notes what the vantage says that it received or sent. */
function noteReport(records: Readonly<Record<'udp' | 'tcp', SipRecords>>, key: Buffer, data: unknown): void {
  const event = sipMessageEventSchema.safeParse(data);
  if (!event.success) return;
  const { direction, transport } = event.data;
  const bytes = Buffer.from(event.data.bytes, 'base64');
  const message = readExchangeMessage(bytes, key);
  if (!message) return;
  if (direction === 'arrived') records[transport].note('outward', 'arrived', message.name, bytes);
  else records[transport].note('inward', 'sent', message.name, bytes);
}

async function talkOverUdp({ exchange, localAddress, key, records, closers }: Way): Promise<void> {
  try {
    const port = await UdpPort.open(localAddress, 0, (bytes) => {
      if (bytes.length <= MAX_SIP_BYTES) flow.hear(bytes);
    });
    closers.push(() => port.close());
    const local = { address: localAddress, port: port.port };
    const remote = { address: exchange.vantage, port: exchange.started.ports[0]! };
    const flow = new SipFlow(
      { transport: 'udp', local, remote, send: (bytes) => port.send(bytes, remote) },
      key,
      records,
    );
    await flow.run(UDP_WAITS, exchange.signal);
  } catch (error) {
    records.problem = `No UDP port of ${localAddress} could be used: ${(error as Error).message}`;
  }
}

async function talkOverTcp({ exchange, localAddress, key, records, closers }: Way): Promise<void> {
  const remote = { address: exchange.vantage, port: exchange.started.ports[1]! };
  try {
    const socket = await dialTcp({ ...remote, localAddress, waitMs: DIAL_MS, signal: exchange.signal });
    const local = { address: localAddress, port: socket.localPort! };
    const stream = new MessageStream(socket, {
      ...{ split: splitSipStream, maxMessageBytes: MAX_SIP_BYTES, maxBytes: MAX_CONNECTION_BYTES },
      receive: (bytes) => flow.hear(bytes),
      ended: () => {
        records.problem ??= 'The TCP connection was ended before everything was exchanged.';
        records.wake();
      },
    });
    closers.push(() => stream.close());
    const send = (bytes: Buffer): Promise<void> =>
      stream.send(bytes) ? Promise.resolve() : Promise.reject(new Error('the connection has ended'));
    const flow = new SipFlow({ transport: 'tcp', local, remote, send }, key, records);
    await flow.run(TCP_WAITS, exchange.signal);
  } catch (error) {
    records.problem = `No TCP connection to port ${remote.port} of the vantage: ${(error as Error).message}`;
  }
}
