import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { listenTcp } from '../../../src/lab/listen-tcp.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { sip } from '../../../src/lab/servers/sip.js';
import { startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import type { Outcome } from '../../../src/net/scan/outcome.js';
import type { Timing } from '../../../src/net/scan/timing.js';
import type { PROBES } from '../../../src/check/probes/registry.js';
import { keep, stopAfterEach } from '../../lab-sites/running.js';

stopAfterEach();

const SCRIPT = fileURLToPath(new URL('../../../.processes/engine-process.js', import.meta.url));
const LOCAL = '127.0.0.1';

interface Work {
  readonly probes: readonly { readonly probe: keyof typeof PROBES; readonly address: string; readonly port: number }[];
  readonly timing?: Partial<Timing>;
  /** Descriptors that the process has left. */
  readonly spare?: number;
  readonly cutOffMs?: number;
}

/** Runs an engine in a process with at most `descriptors`; fails where the process does not end. */
async function runProcess(work: Work, descriptors = 1_024) {
  const command = `ulimit -n ${descriptors}; exec "$0" "$@"`;
  const script = [process.execPath, SCRIPT, JSON.stringify(work)];
  const { stdout } = await promisify(execFile)('bash', ['-c', command, ...script], { timeout: 50_000 });
  return JSON.parse(stdout) as { outcomes: Outcome[]; taken: number };
}

async function startTcp(): Promise<number> {
  return keep(await listenTcp(LOCAL, 0, (socket) => void socket.end('hello'), { backlog: 128 })).port;
}

async function closedPort(transport: 'tcp' | 'udp'): Promise<number> {
  const listener = await (transport === 'tcp' ? listenTcp : listenUdp)(LOCAL, 0, () => undefined);
  await listener.stop();
  return listener.port;
}

function expectAll(ports: readonly number[], probe: keyof typeof PROBES, state: string) {
  return ports.map((port) => ({ probe, address: LOCAL, port, state }));
}

describe('an engine in a process of its own', () => {
  test('gets all states right although descriptors run out all the time', async () => {
    const open = await Promise.all(Array.from({ length: 34 }, startTcp));
    const closed = await Promise.all(Array.from({ length: 24 }, () => closedPort('tcp')));
    const silent = keep(await startSilentTcp(3)).ports;
    const { udp } = sip();
    const answering = await Promise.all(
      Array.from({ length: 4 }, async () => keep(await listenUdp(LOCAL, 0, udp!)).port),
    );
    const refusing = await Promise.all(Array.from({ length: 4 }, () => closedPort('udp')));
    const expected = [
      ...expectAll(open, 'tcp-banner', 'open syn-ack'),
      ...expectAll(closed, 'tcp-banner', 'closed conn-refused'),
      ...expectAll(silent, 'tcp-banner', 'filtered no-response'),
      ...expectAll(answering, 'sip-options-udp', 'open sip-response'),
      ...expectAll(refusing, 'sip-options-udp', 'closed port-unreach'),
    ];
    const { outcomes, taken } = await runProcess(
      { probes: expected, timing: { patienceMs: 900, shortGapMs: 100 }, spare: 3 },
      40,
    );
    expect(taken).toBeGreaterThan(0);
    expect(outcomes.map(({ state, reason }) => `${state} ${reason}`)).toEqual(expected.map(({ state }) => state));
    for (const { evidence } of outcomes.slice(0, open.length)) expect(evidence).toMatchObject({ banner: 'hello' });
  });

  test('lets the process end when it is closed', async () => {
    const port = await startTcp();
    const silent = keep(await startSilentTcp()).ports[0]!;
    const { outcomes } = await runProcess({
      probes: [
        { probe: 'tcp-identify', address: LOCAL, port },
        { probe: 'sip-options-udp', address: LOCAL, port: await closedPort('udp') },
        { probe: 'http-get', address: '127.0.0.1', port: silent },
      ],
      timing: { patienceMs: 500 },
    });
    expect(outcomes.map(({ state }) => state)).toEqual(['open', 'closed', 'filtered']);
  });

  test('lets the process end after a cut-off, however much still waited', async () => {
    const silent = keep(await startSilentTcp()).ports[0]!;
    const { outcomes } = await runProcess({
      probes: Array.from({ length: 2_000 }, () => ({ probe: 'tcp-banner', address: LOCAL, port: silent })),
      timing: { patienceMs: 600_000, rate: 100, maxSockets: 8, hostGapMs: 0, networkGapMs: 0 },
      cutOffMs: 200,
    });
    for (const outcome of outcomes) expect(outcome).toMatchObject({ state: 'error', reason: 'cut-off' });
  });
});
