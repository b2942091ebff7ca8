import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { ControlEndpoint } from '../../../src/net/scan/control.js';
import { findLocalAddress, resolveName } from '../../../src/net/sockets/addresses.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';
import { startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import { startEngine } from '../start-engine.js';

stopAfterEach();

const address = '127.0.0.1';

describe('a control endpoint', () => {
  test('answers while it accepts connections, and is asked once for many', async () => {
    let asked = 0;
    const { port } = keep(await listenTcp(address, 0, () => asked++));
    const control = new ControlEndpoint(startEngine(), { address, port, label: 'x' });
    expect(await Promise.all([control.ask(), control.ask(), control.ask()])).toEqual(Array(3).fill('answered'));
    expect(asked).toBe(1);
    await sleep(550);
    expect(await control.ask()).toBe('answered');
    expect(asked).toBe(2);
  });

  test('is silent when it refuses or drops', async () => {
    const silent = keep(await startSilentTcp());
    const ask = (port: number) => new ControlEndpoint(startEngine(), { address, port, label: 'x' }).ask();
    expect(await Promise.all([ask(silent.ports[0]!), ask(1)])).toEqual(['silent', 'silent']);
  });

  test('is an error when we could not ask', async () => {
    const engine = startEngine();
    engine.cutOff();
    expect(await new ControlEndpoint(engine, { address, port: 1, label: 'x' }).ask()).toBe('error');
  });
});

test('findLocalAddress tells the address that the system would use', async () => {
  expect(await findLocalAddress('127.0.0.1')).toBe('127.0.0.1');
  expect(await findLocalAddress('no address')).toBeNull();
});

test('resolveName takes literals and the names of the hosts file', async () => {
  expect(await resolveName('127.0.0.9')).toEqual({ addresses: ['127.0.0.9'] });
  expect(await resolveName('localhost')).toHaveProperty('addresses');
});
