import { afterAll, describe, expect, test } from '@jest/globals';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { LabServer } from '../../src/lab/lab-server.js';
import { necSip } from '../../src/lab/servers/nec.js';
import { startSilentTcp } from '../lab-sites/start-silent-tcp.js';
import { checkOne, planOne, rulesOf, startAt } from './checking.js';
import { stopAfterEach } from '../lab-sites/running.js';

stopAfterEach();

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** Takes connections on a port, and closes the door after `count` of them. */
async function listen(address: string, port = 0, count = Infinity): Promise<number> {
  let left = count;
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {}).resume();
    if (--left === 0) server.close();
  });
  servers.push(server);
  await once(server.listen(port, address), 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a witness', () => {
  test('that was open and is refused at the end makes all refusals doubtful', async () => {
    const address = '127.0.39.1';
    const port = await listen(address, 0, 1);
    const report = await checkOne(address, { services: { webpro: [port] }, timeoutMs: 300, canaries: false });
    expect(report.liveness.recheck).toContainEqual({
      endpoint: `tcp/${port}`,
      before: 'syn-ack',
      after: 'conn-refused',
    });
    expect(rulesOf(report, 'inconclusive')).toContain('blacklisted-mid-check');
    // It was open all the same.
    expect(report.verdict).toBe('violation');
    const [doubt] = report.undetermined.filter(({ rule }) => rule === 'blacklisted-mid-check');
    expect(doubt).toMatchObject({
      blocking: true,
      data: { refused: true, endpoints: expect.arrayContaining(['tcp/8000']) },
    });
  });

  test('that answers alike leaves the verdict as it is', async () => {
    const address = '127.0.39.2';
    const port = await listen(address);
    const report = await checkOne(address, { ports: `T:${port},T:1`, timeoutMs: 300, canaries: false });
    const { recheck } = report.liveness;
    expect(recheck).toHaveLength(2);
    expect(new Set(recheck)).toEqual(
      new Set([
        { endpoint: `tcp/${port}`, before: 'syn-ack', after: 'syn-ack' },
        { endpoint: 'tcp/1', before: 'conn-refused', after: 'conn-refused' },
      ]),
    );
    expect(rulesOf(report, 'inconclusive')).toEqual([]);
  });
});

describe('the second round', () => {
  /** A SIP server that loses two tries, and a silent PCPro that opens when SIP is asked again at the end. */
  async function startLossy(address: string, onAgain: (port: number) => Promise<unknown>) {
    const silent = await startSilentTcp(1, address);
    const [pcpro] = silent.ports;
    const sip = necSip({ dropFirst: 2 });
    let heard = 0;
    const server: LabServer = {
      udp: (...asked) => {
        if (++heard === 4) void silent.stop().then(() => onAgain(pcpro!));
        sip.udp!(...asked);
      },
    };
    const site = await startAt(address, planOne('sip-trunk', server));
    const services = { ...site.services, pcpro: [pcpro!] };
    const ports = `U:${site.services['sip-trunk']![0]},T:${pcpro}`;
    return { pcpro: pcpro!, check: () => checkOne(address, { services, ports, timeoutMs: 1_000, canaries: false }) };
  }

  test('finds what was hidden while tries were lost', async () => {
    const { pcpro, check } = await startLossy('127.0.39.3', (port) => listen('127.0.39.3', port));
    const report = await check();
    expect(report.liveness.lost).toBeGreaterThanOrEqual(2);
    expect(report.liveness.recheck).toContainEqual({
      endpoint: `tcp/${pcpro}`,
      before: 'no-response',
      after: 'syn-ack',
    });
    expect(report.observations.find(({ endpoint }) => endpoint === `tcp/${pcpro}`)?.state).toBe('open');
    expect(report.findings.some(({ endpoint }) => endpoint === `tcp/${pcpro}`)).toBe(true);
  });

  test('believes a refusal over a silence', async () => {
    const { pcpro, check } = await startLossy('127.0.39.4', async () => {});
    const report = await check();
    expect(report.observations.find(({ endpoint }) => endpoint === `tcp/${pcpro}`)?.state).toBe('closed');
  });
});
