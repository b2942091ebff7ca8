import { describe, expect, test } from '@jest/globals';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { Core } from '../../../src/net/scan/core.js';
import { Host } from '../../../src/net/scan/host.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import { exchangeUdp } from '../../../src/net/scan/udp-exchange.js';
import { SharedUdp } from '../../../src/net/scan/udp-shared.js';
import { bindUdp } from '../../../src/net/sockets/udp-port.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { QUICK } from '../start-engine.js';

stopAfterEach();

const LOCAL = '127.0.0.1';

/** Counts the routes that are in use. */
class CountingUdp extends SharedUdp {
  routes = 0;

  override listen(...given: Parameters<SharedUdp['listen']>) {
    return this.#count(super.listen(...given));
  }

  override listenFor(...given: Parameters<SharedUdp['listenFor']>) {
    return this.#count(super.listenFor(...given));
  }

  #count(stop: () => void) {
    this.routes++;
    return () => {
      this.routes--;
      stop();
    };
  }
}

/** A server that answers with `answer`, from another port where asked so. */
async function startServer(answer: string, fromElsewhere = false): Promise<number> {
  return keep(await listenUdp(LOCAL, 0, ({ reply }) => reply(answer, { fromElsewhere }))).port;
}

async function startShared() {
  const udp = new SharedUdp();
  keep({ stop: () => udp.close() });
  const socket = (await udp.socket(4))!;
  const heard: string[] = [];
  /** Sends to `port`, and waits for an answer from there that nobody stopped listening to. */
  const ask = async (port: number, waitFor = 1): Promise<void> => {
    const before = heard.length;
    socket.send('x', port, LOCAL);
    for (let wait = 0; wait < 40 && heard.length < before + waitFor; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const hear = (name: string) => (bytes: Buffer) => void heard.push(`${name} ${String(bytes)}`);
  return { udp, socket, local: socket.address().port, heard, hear, ask };
}

describe('SharedUdp', () => {
  test('keeps one socket for each family', async () => {
    const { udp, socket } = await startShared();
    expect(await udp.socket(4)).toBe(socket);
  });

  test('has a fixed port in common with others of this process, until the last lets go of it', async () => {
    const held = await bindUdp({ family: 4, port: 0 });
    const { port: local } = held.address();
    const request = { family: 4, port: local } as const;
    const [udp, other] = [new SharedUdp(), new SharedUdp()];
    expect(await udp.fixedPort(request)).toBeNull();
    await new Promise<void>((resolve) => held.close(resolve));
    const [fixed, same] = await Promise.all([udp.fixedPort(request), other.fixedPort(request)]);
    expect(fixed?.port).toBe(local);
    expect(same).toBe(fixed);
    expect(await udp.fixedPort(request)).toBe(fixed);
    await other.close();
    await expect(bindUdp({ family: 4, port: local })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await other.fixedPort(request)).toBeNull();
    await udp.close();
    (await bindUdp({ family: 4, port: local })).close();
  });

  test('routes answers by endpoint and local port, and no longer once that is stopped', async () => {
    const { udp, local, heard, hear, ask } = await startShared();
    const port = await startServer('answer');
    const stop = udp.listen(local, { address: LOCAL, port }, hear('endpoint'));
    udp.listen(local + 1, { address: LOCAL, port }, hear('other port'));
    await ask(port);
    expect(heard).toEqual(['endpoint answer']);
    stop();
    await ask(port);
    expect(heard).toHaveLength(1);
  });

  test('routes answers from elsewhere by their key, to the newest who listens for it', async () => {
    const { udp, heard, hear, ask } = await startShared();
    const [one, two] = await Promise.all([startServer('one', true), startServer('two', true)]);
    const correlate = (bytes: Buffer): string => String(bytes);
    const stopOld = udp.listenFor(correlate, 'one', hear('old'));
    const stopNew = udp.listenFor(correlate, 'one', hear('new'));
    await ask(one);
    stopOld();
    await ask(one);
    await ask(two);
    expect(heard).toEqual(['new one', 'new one']);
    stopNew();
    await ask(one);
    expect(heard).toHaveLength(2);
  });

  test('has no route left when exchanges are over, however they ended', async () => {
    const shared = new CountingUdp();
    const core = new Core({ ...QUICK, rate: 1e6, maxSockets: 100 }, shared);
    keep({ stop: () => core.close() });
    const host = new Host(LOCAL, (now) => now, { ...QUICK, patienceMs: 200 });
    const silent = keep(await listenUdp(LOCAL, 0, () => undefined)).port;
    const request = {
      ask: () => ({ bytes: Buffer.from('x'), key: 'key' }),
      read: (bytes: Buffer) => ({ banner: String(bytes) }),
      reason: 'udp-response' as const,
      correlate: () => 'key',
      lastFromPort: 5_060,
    };
    const exchange = (port: number) =>
      new Promise<Outcome>((saw, crashed) => exchangeUdp(core, host, port, request, { saw, crashed }));
    await Promise.all([exchange(silent), exchange(await startServer('answer')), exchange(1)]);
    expect(shared.routes).toBe(0);
    const cut = exchange(silent);
    // The second try leaves from the shared socket.
    for (let count = 0; shared.routes === 0 && count < 100; count++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(shared.routes).toBeGreaterThan(0);
    core.cutOff();
    expect((await cut).state).toBe('error');
    expect([shared.routes, core.running.size]).toEqual([0, 0]);
  });
});
