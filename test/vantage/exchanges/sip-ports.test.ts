import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sipMessageEventSchema, type SipMessageEvent } from '../../../src/model/vantage-api.js';
import { readExchangeMessage, renderExchangeRequest } from '../../../src/protocols/sip/sip-exchange.js';
import { createSipTag } from '../../../src/protocols/sip/sip.js';
import { SipPorts } from '../../../src/vantage/exchanges/sip-ports.js';
import { openUdpClient, pause, type UdpClient } from './udp-client.js';

const HOST = '127.0.0.1';
const KEY = Buffer.alloc(32, 1);

let ports: SipPorts;
let client: UdpClient;
let stop: AbortController;
let sockets: Socket[];

beforeEach(async () => {
  ports = await SipPorts.open({ host: HOST, udp: 0, tcp: 0 });
  client = await openUdpClient();
  stop = new AbortController();
  sockets = [];
});
afterEach(async () => {
  stop.abort();
  client.close();
  for (const socket of sockets) socket.destroy();
  await ports.close();
});

const request = (method: 'OPTIONS' | 'INVITE' | 'ACK', key = KEY, transport: 'udp' | 'tcp' = 'udp') =>
  renderExchangeRequest({
    ...{ transport, method, tag: createSipTag(key), userAgent: 'test', mediaPort: method === 'INVITE' ? 50_002 : null },
    local: { address: '192.168.1.10', port: 50_000 },
    remote: { address: HOST, port: ports.udp },
  });

/** Begins an exchange and gathers its events. */
function begin(key = KEY, address = HOST): { events: SipMessageEvent[]; done: Promise<void> } {
  const events: SipMessageEvent[] = [];
  const messages = ports.exchange({ address, key, signal: stop.signal });
  const done = (async () => {
    for await (const event of messages) events.push(sipMessageEventSchema.parse(event));
  })();
  return { events, done };
}

/** Connects; what comes back is gathered. */
async function dial(): Promise<{ socket: Socket; text: () => string; closed: Promise<void> }> {
  const socket = connect(ports.tcp, HOST).on('error', () => {});
  sockets.push(socket);
  let text = '';
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
  return { socket, text: () => text, closed };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 6_000 && !condition(); i++) await pause(5);
  expect(condition()).toBe(true);
}

const firstLines = (messages: readonly Buffer[]) => messages.map((bytes) => bytes.toString('latin1').split('\r\n')[0]);

describe('SipPorts: UDP', () => {
  test('answers OPTIONS, asks back, and tells what came and went byte by byte', async () => {
    const { events } = begin();
    const sent = request('OPTIONS');
    client.send(sent, ports.udp);
    const answers = await client.waitFor(2);
    expect(firstLines(answers)).toEqual(['SIP/2.0 200 OK', 'OPTIONS sip:sallyport@192.168.1.10:50000 SIP/2.0']);
    expect(answers[0]!.toString('latin1')).toContain(`;received=127.0.0.1;rport=${client.port}`);
    expect(answers[0]!.toString('latin1')).toContain(`Contact: <sip:sallyport@127.0.0.1:${ports.udp}>`);
    expect(answers[1]!.toString('latin1')).toContain('c=IN IP4 127.0.0.1');
    await until(() => events.length === 3);
    const peer = { address: HOST, port: client.port };
    const event = (direction: 'arrived' | 'sent', bytes: Buffer) => ({
      ...{ direction, transport: 'udp', peer, bytes: bytes.toString('base64') },
    });
    expect(events).toEqual([event('arrived', sent), event('sent', answers[0]!), event('sent', answers[1]!)]);
    expect(answers.every((bytes) => readExchangeMessage(bytes, KEY))).toBe(true);
  });

  test('declines an INVITE after its progress, and says nothing to an ACK', async () => {
    const { events } = begin();
    client.send(request('INVITE'), ports.udp);
    const answers = await client.waitFor(2);
    expect(firstLines(answers)).toEqual(['SIP/2.0 183 Session Progress', 'SIP/2.0 603 Decline']);
    expect(answers[0]!.toString('latin1')).toMatch(/\r\nm=audio \d+ RTP/);
    client.send(request('ACK'), ports.udp);
    await until(() => events.length === 4);
    await pause(50);
    expect(client.received).toHaveLength(2);
  });

  test.each([
    ['what is not signed', () => Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCall-ID: 1\r\n\r\n')],
    ['what is signed with another key', () => request('OPTIONS', randomBytes(32))],
    ['what is too long', () => Buffer.concat([request('OPTIONS'), Buffer.alloc(4_096)])],
    ['what is no SIP', () => randomBytes(200)],
    ['nothing', () => Buffer.alloc(0)],
  ])('does not answer, nor tell, %s', async (_, bytes) => {
    const { events } = begin();
    client.send(bytes(), ports.udp);
    await pause(80);
    expect(client.received).toEqual([]);
    expect(events).toEqual([]);
  });

  test('answers nobody where the exchange is with another address', async () => {
    const { events } = begin(KEY, '192.0.2.1');
    client.send(request('OPTIONS'), ports.udp);
    await pause(80);
    expect(client.received).toEqual([]);
    expect(events).toEqual([]);
  });

  test('answers nobody before an exchange and after it', async () => {
    client.send(request('OPTIONS'), ports.udp);
    await pause(50);
    const { done } = begin();
    stop.abort();
    await done;
    client.send(request('OPTIONS'), ports.udp);
    await pause(50);
    expect(client.received).toEqual([]);
  });

  test('keeps exchanges with one address apart by their keys', async () => {
    const other = randomBytes(32);
    const [a, b] = [begin(), begin(other)];
    client.send(request('ACK'), ports.udp);
    client.send(request('INVITE', other), ports.udp);
    await until(() => a.events.length === 1 && b.events.length === 3);
    expect(a.events[0]?.direction).toBe('arrived');
  });

  test('answers no more than 128 messages of one exchange, both ways together', async () => {
    const { events } = begin();
    for (let i = 0; i < 100; i++) {
      client.send(request('OPTIONS'), ports.udp);
      await pause(0);
    }
    await until(() => events.length === 128);
    await pause(50);
    expect(events).toHaveLength(128);
    expect(client.received.length).toBeLessThan(128);
  });

  test('does not send where a Contact says, only where the message came from', async () => {
    begin();
    const elsewhere = await openUdpClient();
    const text = request('OPTIONS').toString('latin1').replaceAll('192.168.1.10:50000', `127.0.0.1:${elsewhere.port}`);
    client.send(Buffer.from(text, 'latin1'), ports.udp);
    await client.waitFor(2);
    expect(elsewhere.received).toEqual([]);
    elsewhere.close();
  });
});

describe('SipPorts: TCP', () => {
  test('answers on the connection, also what comes in pieces or together', async () => {
    const { events } = begin();
    const { socket, text } = await dial();
    const bytes = Buffer.concat([request('OPTIONS', KEY, 'tcp'), request('INVITE', KEY, 'tcp')]);
    for (let at = 0; at < bytes.length; at += 300) {
      socket.write(bytes.subarray(at, at + 300));
      await pause(2);
    }
    await until(() => text().includes('603 Decline'));
    expect(text()).toMatch(/^SIP\/2\.0 200 OK[^]*\r\nOPTIONS sip:[^]*SIP\/2\.0 183 [^]*SIP\/2\.0 603 /);
    expect(events.map(({ direction }) => direction)).toEqual(['arrived', 'sent', 'sent', 'arrived', 'sent', 'sent']);
    expect(events.every(({ transport }) => transport === 'tcp')).toBe(true);
  });

  test('resets whoever has no exchange', async () => {
    const { closed, text } = await dial();
    await closed;
    expect(text()).toBe('');
    begin(KEY, '192.0.2.1');
    await (
      await dial()
    ).closed;
  });

  test('holds no more than four connections of one exchange', async () => {
    begin();
    const open = [await dial(), await dial(), await dial(), await dial()];
    await pause(20);
    await (
      await dial()
    ).closed;
    open[0]!.socket.destroy();
    await pause(20);
    const again = await dial();
    again.socket.write(request('OPTIONS', KEY, 'tcp'));
    await until(() => again.text().includes('200 OK'));
  });

  test('resets a connection that brings too much', async () => {
    const { events } = begin();
    const { socket, closed } = await dial();
    socket.write(Buffer.alloc(8_192, 'x'));
    await closed;
    expect(events).toEqual([]);
  });

  test('does not answer what is not signed', async () => {
    const { events } = begin();
    const { socket, text } = await dial();
    socket.write('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n');
    await pause(120);
    expect(text()).toBe('');
    expect(events).toEqual([]);
  });
});

describe('SipPorts', () => {
  test('holds no more than 64 exchanges', () => {
    setMaxListeners(0, stop.signal);
    for (let i = 0; i < 64; i++) begin();
    expect(() => begin()).toThrow('too many');
    stop.abort();
    stop = new AbortController();
    expect(() => begin()).not.toThrow();
  });

  test('a signal that was given already ends an exchange at once', async () => {
    stop.abort();
    await begin().done;
  });

  test('rejects where a port is taken, and then holds none', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, HOST, resolve));
    const { port } = taken.address() as AddressInfo;
    const free = await SipPorts.open({ host: HOST, udp: 0, tcp: 0 });
    const { udp } = free;
    await free.close();
    await expect(SipPorts.open({ host: HOST, udp, tcp: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(SipPorts.open({ host: HOST, udp, tcp: 0 }).then((open) => open.close())).resolves.toBeUndefined();
    taken.close();
  });

  test('closing ends what is running', async () => {
    const own = await SipPorts.open({ host: HOST, udp: 0, tcp: 0 });
    const events = own.exchange({ address: HOST, key: KEY, signal: stop.signal })[Symbol.asyncIterator]();
    const next = events.next();
    await own.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
