import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Agenda } from '../../../src/async/agenda.js';
import {
  type Accepted,
  createRoom,
  listenTcp,
  type ListenTcpOptions,
  serveTcp,
} from '../../../src/net/sockets/listen-tcp.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';

stopAfterEach();

const ADDRESS = '127.0.0.1';

type Serve = (connection: Accepted) => Promise<void>;

const echo: Serve = async ({ read, send }) => {
  const { bytes } = await read({ waitMs: 5_000, maxBytes: 100, isComplete: (all) => all.includes('\n') });
  send(bytes);
};
/** Waits until the other side, or its lifetime, ends it. */
const wait: Serve = async ({ read }) => void (await read({ waitMs: 5_000, maxBytes: 100 }));

async function listen(serve: Serve, options: Partial<ListenTcpOptions> = {}) {
  const agenda = new Agenda();
  const room = createRoom(100);
  const listener = await listenTcp({
    ...{ address: ADDRESS, port: 0, take: serveTcp(agenda, serve), max: 10, room, lifetimeMs: 5_000 },
    ...options,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= listener.close().then(() => agenda.clear()));
  keep({ stop: close });
  return { port: listener.port, room: options.room ?? room, close };
}

interface Client {
  readonly socket: Socket;
  /** Resolves once the connection is over. */
  readonly over: Promise<{ readonly text: string; readonly how: 'closed' | 'reset' }>;
}

async function dial(port: number): Promise<Client> {
  const socket = connect(port, ADDRESS);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  const over = new Promise<{ text: string; how: 'closed' | 'reset' }>((resolve) => {
    socket.once('error', () => resolve({ text, how: 'reset' }));
    socket.once('close', () => resolve({ text, how: 'closed' }));
  });
  keep({ stop: () => Promise.resolve(void socket.destroy()) });
  await once(socket, 'connect');
  return { socket, over };
}

describe('listenTcp', () => {
  test('serves a connection and then ends it politely, though more comes in than was read', async () => {
    const { port, room } = await listen(echo);
    const { socket, over } = await dial(port);
    socket.write(`hello\n${'x'.repeat(20_000)}`);
    const { text, how } = await over;
    expect(text).toBe(`hello\n${'x'.repeat(94)}`);
    expect(how).toBe('closed');
    while (room.sockets.size > 0) await sleep(5);
  });

  test('tells who connects', async () => {
    const seen: { address: string; port: number }[] = [];
    const { port } = await listen(({ from }) => {
      seen.push(from);
      return Promise.resolve();
    });
    const { socket, over } = await dial(port);
    const { localPort } = socket;
    await over;
    expect(seen).toEqual([{ address: ADDRESS, port: localPort }]);
  });

  test('resets the oldest connection where a port has too many', async () => {
    const { port, room } = await listen(wait, { max: 3 });
    const clients: Client[] = [];
    for (let count = 0; count < 5; count++) clients.push(await dial(port));
    const ends = await Promise.all(clients.slice(0, 2).map(({ over }) => over));
    expect(ends.map(({ how }) => how)).toEqual(['reset', 'reset']);
    expect(clients.slice(2).map(({ socket }) => socket.destroyed)).toEqual([false, false, false]);
    expect(room.sockets.size).toBe(3);
  });

  test('resets the oldest of all ports where together they have too many', async () => {
    const room = createRoom(2);
    const [one, two] = [await listen(wait, { room }), await listen(wait, { room })];
    const first = await dial(one.port);
    const others = [await dial(two.port), await dial(two.port)];
    expect((await first.over).how).toBe('reset');
    expect(others.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
    expect(room.sockets.size).toBe(2);
  });

  test('resets what lives too long, whatever it does, and what never stops sending', async () => {
    const { port } = await listen(wait, { lifetimeMs: 60 });
    expect((await (await dial(port)).over).how).toBe('reset');
    const flooded = await listen(() => Promise.resolve(), { lifetimeMs: 60_000 });
    const { socket, over } = await dial(flooded.port);
    // Keeps its own half open, and sends for ever.
    const flood = setInterval(() => socket.writable && socket.write(Buffer.alloc(16_384)), 1);
    socket.allowHalfOpen = true;
    const { how } = await over;
    clearInterval(flood);
    expect(how).toBe('reset');
  });

  test('survives a server that crashes, and closes with a reset', async () => {
    const broken = await listen(async (connection) => {
      await wait(connection);
      throw new Error('broken');
    });
    const unlucky = await dial(broken.port);
    unlucky.socket.write('x'.repeat(200));
    expect((await unlucky.over).how).toBe('reset');
    const { port, close } = await listen(wait);
    const { over } = await dial(port);
    await close();
    expect((await over).how).toBe('reset');
    await expect(dial(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('tells what the system says to an address or a port that it does not give', async () => {
    const { port } = await listen(wait);
    await expect(listen(wait, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(listen(wait, { address: '192.0.2.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
