import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parseListen, parseProxies } from '../../src/files/server/listen.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { startVantage, type Vantage, type VantageOptions } from '../../src/vantage/start-vantage.js';
import { makeCertificate } from './make-certificate.js';
import { ask, createKey, createNonce, readEvents, TOKEN } from './run-app.js';

let folder: string;
let tokenFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vantage-'));
  tokenFile = join(folder, 'tokens');
});
afterAll(() => rm(folder, { recursive: true }));

const running: Vantage[] = [];
afterEach(async () => {
  for (const vantage of running.splice(0)) await vantage.close();
});

const line = (name: string, token: string) => `${name} sha256:${hashToken(token).toString('hex')}\n`;

async function start(options: Partial<VantageOptions> = {}): Promise<Vantage> {
  await writeFile(tokenFile, line('ann', TOKEN), { mode: 0o600 });
  const listen = parseListen('127.0.0.1:0');
  const vantage = await startVantage({
    listen,
    tokenFile,
    sipPort: null,
    stunPorts: null,
    allowSpecial: true,
    ...options,
  });
  running.push(vantage);
  return vantage;
}

const portOf = ({ url }: Vantage) => Number(new URL(url).port);

async function writeCertificate() {
  const { cert, key } = makeCertificate();
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  await writeFile(tls.cert, cert);
  await writeFile(tls.key, key);
  return { cert, tls };
}

describe('a vantage', () => {
  test('opens its SIP and STUN ports and tells them', async () => {
    const vantage = await start({ sipPort: 0, stunPorts: [0, 0] });
    const { text } = await ask(portOf(vantage), { token: TOKEN });
    const { sip, stun } = JSON.parse(text) as { sip: { udp: number; tcp: number }; stun: number[] };
    expect([sip.udp, sip.tcp, ...stun].every((port) => port > 0)).toBe(true);
    const body = JSON.stringify({ nonce: createNonce(), key: createKey(), endpoints: [`tcp/${sip.tcp}`] });
    const proofs = await ask(portOf(vantage), { method: 'POST', path: '/v1/proofs', token: TOKEN, body });
    expect(readEvents(proofs.text).map(({ event }) => event)).toEqual(['started', 'proof', 'end']);
  });

  test('says which port is taken, and lets go of the others', async () => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      await expect(start({ listen: parseListen(`127.0.0.1:${port}`) })).rejects.toThrow(
        `cannot listen: 127.0.0.1 port ${port} is taken; choose another with the option listen`,
      );
      await expect(start({ sipPort: port })).rejects.toThrow(
        `cannot listen: 127.0.0.1 port ${port} is taken; choose another with the option sipPort`,
      );
    } finally {
      taken.close();
    }
  });

  test('listens beyond this machine only with TLS or behind proxies', async () => {
    for (const text of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
      const refused = start({ listen: parseListen(text) });
      await expect(refused).rejects.toThrow(/beyond this machine, needs the option tls, or the option proxies/);
    }
    // Past the guard: the address is not ours.
    const beyond = { listen: parseListen('192.0.2.1:0') };
    const { tls } = await writeCertificate();
    await expect(start({ ...beyond, tls })).rejects.toThrow(/192\.0\.2\.1 .*is not an address of this machine/);
    await expect(start({ ...beyond, proxies: parseProxies('127.0.0.1') })).rejects.toThrow(
      /is not an address of this machine/,
    );
  });

  test('refuses a certificate that does not fit its key', async () => {
    const { tls } = await writeCertificate();
    await writeFile(tls.key, makeCertificate().key);
    await expect(start({ tls })).rejects.toThrow(/key\.pem: is not the key of the certificate in .*cert\.pem$/);
    await writeFile(tls.key, 'x');
    await expect(start({ tls })).rejects.toThrow(/key\.pem: no private key in PEM form/);
    await expect(start({ tls: { ...tls, cert: tls.key } })).rejects.toThrow(/key\.pem: no certificate in PEM form$/);
  });

  test('takes tokens and certificate anew, and keeps the old ones where the new are broken', async () => {
    const { cert, tls } = await writeCertificate();
    const notes: string[] = [];
    const vantage = await start({ tls, onNote: (note) => void notes.push(note) });
    const port = portOf(vantage);
    const serial = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        }).once('error', reject);
      });
    const before = await serial();
    expect((await ask(port, { token: TOKEN }, cert)).status).toBe(200);

    await writeFile(tokenFile, 'ann md5:x\n');
    await expect(vantage.reload()).rejects.toThrow(/tokens:1:5: expected NAME/);
    expect((await ask(port, { token: TOKEN }, cert)).status).toBe(200);

    await writeFile(tokenFile, line('bob', 'spt_new'));
    const renewed = await writeCertificate();
    await vantage.reload();
    expect(await serial()).not.toBe(before);
    expect((await ask(port, { token: TOKEN }, renewed.cert)).status).toBe(401);
    expect((await ask(port, { token: 'spt_new' }, renewed.cert)).status).toBe(200);

    await writeFile(tokenFile, '');
    await vantage.reload();
    expect((await ask(port, { token: 'spt_new' }, renewed.cert)).status).toBe(401);
    expect(notes.at(-1)).toMatch(/contains no token, so no one is admitted$/);
  });

  test('keeps its tokens too where the certificate cannot be used', async () => {
    const { cert, tls } = await writeCertificate();
    const vantage = await start({ tls });
    await writeFile(tokenFile, line('bob', 'spt_new'));
    await writeFile(tls.cert, `${cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
    await expect(vantage.reload()).rejects.toThrow(`${tls.cert}: `);
    expect((await ask(portOf(vantage), { token: TOKEN }, cert)).status).toBe(200);
  });

  test('ends soon, also where somebody is silent', async () => {
    const { tls } = await writeCertificate();
    const vantage = await start({ tls, limits: { requestSeconds: 120 } });
    const socket = connect(portOf(vantage), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    // Both the handshake and a request may take longer than a test.
    const closed = new Promise((resolve) => socket.resume().once('close', resolve));
    await vantage.close();
    await closed;
    running.splice(0);
  });

  test('ends streams and lets go of its ports', async () => {
    const accesses: unknown[] = [];
    const vantage = await start({ stunPorts: [0, 0], sipPort: 0, onAccess: (access) => void accesses.push(access) });
    const port = portOf(vantage);
    const body = JSON.stringify({ nonce: createNonce(), key: createKey(), seconds: 60 });
    const stream = ask(port, { method: 'POST', path: '/v1/nat-bindings', token: TOKEN, body });
    const metrics = async () => (await ask(port, { path: '/metrics' })).text;
    while (!(await metrics()).includes('sallyport_vantage_streams{kind="nat"} 1'));
    accesses.splice(0);
    await vantage.close();
    expect(readEvents((await stream).text)).toEqual([
      { event: 'started', data: { address: '127.0.0.1', ports: [expect.any(Number), expect.any(Number)] } },
      { event: 'failed', data: { message: 'the server is being shut down' } },
    ]);
    await expect(ask(port, {})).rejects.toThrow(/ECONNREFUSED/);
    expect(accesses).toMatchObject([{ route: '/v1/nat-bindings', token: 'ann', status: 200 }]);
    running.splice(0);
  });
});
