import { EventEmitter } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { limitConnections } from '../../src/server/connections.js';
import { makeCertificate } from '../vantage/make-certificate.js';
import { createKey, runApp, TOKEN, until } from '../vantage/run-app.js';

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** A connection that says what it is told, and no more. */
async function hold(port: number, localAddress: string, said: Buffer | string = ''): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => {});
  sockets.push(socket.resume());
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  socket.write(said);
  return socket;
}

/** The beginning of a TLS handshake that never goes on. */
const HALF_HANDSHAKE = Buffer.from('16030100c8010000c40303', 'hex');

test('those who hold half a handshake from many addresses keep no one out', async () => {
  const limits = { addressConnections: 2, connections: 8 };
  const { port, send } = await runApp({ limits, tls: makeCertificate() });
  for (let n = 0; n < 12; n++) await hold(port, `127.0.0.${20 + (n >> 1)}`, HALF_HANDSHAKE);
  for (let n = 0; n < 10; n++) {
    expect((await send({ token: TOKEN, from: `127.0.0.${100 + n}` })).status).toBe(200);
    await hold(port, `127.0.0.${40 + n}`, HALF_HANDSHAKE);
  }
});

test.each([
  '',
  'GET /healthz HTTP/1.1\r\nHost: x\r\n',
  'POST /v1/proofs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{',
])('so do those who hold a part of a request: %j', async (said) => {
  const { port, send } = await runApp({ limits: { connections: 3 } });
  const held = await Promise.all([20, 21, 22].map((n) => hold(port, `127.0.0.${n}`, said)));
  for (let n = 0; n < 5; n++) expect((await send({ token: TOKEN, from: `127.0.0.${100 + n}` })).status).toBe(200);
  await until(() => held.some(({ destroyed }) => destroyed));
});

test('what is under way is not ended for a new connection', async () => {
  let ready = false;
  let go: (value?: unknown) => void = () => {};
  const exchanges = {
    async *sendProofs() {
      ready = true;
      await new Promise((resolve) => (go = resolve));
      yield* [];
    },
  };
  const { port, send, post } = await runApp({ limits: { connections: 2 }, exchanges });
  const stream = post('/v1/proofs', { key: createKey(), endpoints: ['udp/5060'] });
  await until(() => ready);
  for (let n = 0; n < 4; n++) await hold(port, `127.0.0.${20 + n}`);
  expect((await send({ token: TOKEN, from: '127.0.0.9' })).status).toBe(200);
  go();
  expect((await stream).status).toBe(200);
});

test('a request without a version of HTTP is refused', async () => {
  const { port } = await runApp();
  const socket = await hold(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write('GET /healthz\r\n\r\n');
  await until(() => answer !== '' || socket.destroyed);
  expect(answer).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
});

test('IPv6 counts by /64 and by /48; the oldest gives way, and one with a request does not', () => {
  const server = new EventEmitter();
  limitConnections(server as Server, { connections: 100, addressConnections: 2, networkSites: 2 }, []);
  let remotePort = 1;
  const open = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress, remotePort: remotePort++, localPort: 443 });
    const whole = Object.assign(socket, {
      destroyed: false,
      destroy: () => {
        whole.destroyed = true;
        whole.emit('close');
      },
    });
    server.emit('connection', whole);
    return whole;
  };
  const busy = open('2001:db8:0:1::1');
  const response = new EventEmitter();
  server.emit('request', Object.assign(new EventEmitter(), { socket: busy, headers: {} }), response);
  const [second, third] = [open('2001:db8:0:1::2'), open('2001:db8:0:1::3')];
  expect([busy, second, third].map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
  const others = [2, 3, 4].map((site) => open(`2001:db8:0:${site}::1`));
  expect([busy, third, ...others].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false, false]);
  expect(open('2001:db8:1:1::1').destroyed).toBe(false);
  response.emit('close');
  for (const one of others) one.destroy();
  open('2001:db8:0:1::4');
  open('2001:db8:0:1::5');
  expect(busy.destroyed).toBe(true);
});
