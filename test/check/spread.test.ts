import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PackedObservations, CommonOutcomes } from '../../src/check/survey/packed-observations.js';
import { PROBES } from '../../src/check/probes/registry.js';
import { check, type CheckOptions, type Report } from '../../src/index.js';
import { listenTcp } from '../../src/lab/listen-tcp.js';
import type { Evidence } from '../../src/model/evidence.js';
import { REASONS, STATES } from '../../src/model/report.js';
import { keep, stopAfterEach } from '../lab-sites/running.js';
import { checkAll } from './checking.js';

stopAfterEach();

/** What came to one of our listeners, and when. */
interface Arrival {
  readonly address: string;
  readonly port: number;
  readonly at: number;
}

/** Listens at addresses, on as many ports each, which are the same at all of them; notes what comes. */
async function listen(addresses: readonly string[], count: number) {
  const arrivals: Arrival[] = [];
  const ports: number[] = [];
  for (const [index, address] of addresses.entries()) {
    for (let slot = 0; slot < count; slot++) {
      const listener = await listenTcp(address, index === 0 ? 0 : ports[slot]!, (socket) => {
        arrivals.push({ address, port: listener.port, at: performance.now() });
        socket.end('220 mail\r\n');
      });
      keep(listener);
      if (index === 0) ports.push(listener.port);
    }
  }
  return { arrivals, ports };
}

const only = (ports: readonly number[]): Partial<CheckOptions> => ({
  ports: ports.map((port) => ({ transport: 'tcp', port })),
  canaries: false,
  timeoutMs: 1_000,
});

describe('endpoints that are spread over a time', () => {
  test('are asked breadth first, and those of one address far apart', async () => {
    const addresses = ['127.0.71.1', '127.0.71.2', '127.0.71.3'];
    const { arrivals, ports } = await listen(addresses, 3);
    const reports = await checkAll({ targets: addresses, ...only(ports), spreadMs: 3_000 });
    expect(reports.map(({ observations }) => observations.map(({ state }) => state))).toEqual(
      addresses.map(() => ['open', 'open', 'open']),
    );
    expect(arrivals).toHaveLength(9);
    for (let round = 0; round < 3; round++) {
      const asked = arrivals.slice(3 * round, 3 * round + 3).map(({ address }) => address);
      expect(asked.sort()).toEqual(addresses);
    }
    for (const address of addresses) {
      const own = arrivals.filter((arrival) => arrival.address === address);
      expect(new Set(own.map(({ port }) => port)).size).toBe(3);
      // A second, less what a busy machine may be late in taking the first: a longer stall puts off the second.
      for (const [index, { at }] of own.entries()) if (index > 0) expect(at - own[index - 1]!.at).toBeGreaterThan(400);
    }
  });

  test('keep their order: administration, SIP, the rest', async () => {
    const { arrivals, ports } = await listen(['127.0.71.4'], 3);
    const [rest, sip, admin] = ports as [number, number, number];
    const services = { webpro: [admin], 'sip-trunk': [sip] };
    await checkAll({ targets: ['127.0.71.4'], services, ...only(ports), spreadMs: 600 });
    expect([...new Set(arrivals.map(({ port }) => port))]).toEqual([admin, sip, rest]);
  });

  test('are asked again at the end as ever', async () => {
    const { ports } = await listen(['127.0.71.5'], 1);
    const [report] = await checkAll({ targets: ['127.0.71.5'], ...only([...ports, 1]), spreadMs: 200 });
    expect(report!.liveness.recheck.map(({ endpoint }) => endpoint).sort()).toEqual([`tcp/1`, `tcp/${ports[0]}`]);
  });

  test('end at once when the check is cut off: what was seen stands, and the rest was not asked', async () => {
    const addresses = ['127.0.71.6', '127.0.71.7'];
    const { arrivals, ports } = await listen(addresses, 2);
    const stop = new AbortController();
    const reports: Report[] = [];
    let settled = 0;
    const onEndpoint = () => void (++settled === 2 && stop.abort());
    const options = { targets: addresses, allowSpecial: true, ...only(ports), spreadMs: 3_600_000 };
    for await (const report of check({ ...options, signal: stop.signal, onEndpoint })) reports.push(report);
    expect(arrivals).toHaveLength(2);
    expect(reports.map(({ interrupted, verdict }) => [interrupted, verdict])).toEqual([
      [true, 'violation'],
      [true, 'violation'],
    ]);
    for (const { observations } of reports) {
      expect(observations.map(({ reason }) => reason).sort()).toEqual(['cut-off', 'syn-ack']);
    }
  });

  test('of all that is read are reported before an error in the list is told', async () => {
    async function* targets() {
      yield '127.0.71.8';
      await Promise.resolve();
      yield 'not a target';
    }
    const reports: Report[] = [];
    const run = async () => {
      const options = { targets: targets(), total: 2, allowSpecial: true, ...only([1]), spreadMs: 100 };
      for await (const report of check(options)) reports.push(report);
    };
    await expect(run()).rejects.toThrow('"not a target"');
    expect(reports).toHaveLength(1);
  });

  test('let go of everything when the reader stops early', async () => {
    const addresses = ['127.0.71.9', '127.0.71.10'];
    const { ports } = await listen(addresses, 1);
    const options = { targets: addresses, allowSpecial: true, ...only(ports), spreadMs: 50 };
    for await (const report of check(options)) {
      expect(report.interrupted).toBe(false);
      break;
    }
  });

  test('may be of one address with very many', async () => {
    const ports = Array.from({ length: 1_200 }, (_, index) => 20_000 + index);
    const [report] = await checkAll({ targets: ['127.0.71.11'], ...only(ports), spreadMs: 1_200 });
    expect(report!.unlisted).toEqual({ 'closed/conn-refused': 1_200 });
  });
});

test('packed observations come out as they went in, to the microsecond', () => {
  const probe = PROBES['tcp-banner'];
  const planned = { endpoint: 'tcp/80', port: 80, probe } as const;
  const anyObservation = fc.record({
    endpoint: fc.constant(planned.endpoint),
    probe: fc.constant(probe.id),
    state: fc.constantFrom(...STATES),
    reason: fc.constantFrom(...REASONS),
    rttMs: fc.option(fc.nat().map((us) => us / 1_000)),
    tries: fc.nat(12),
    evidence: fc.constantFrom<Evidence>({}, { banner: 'x' }),
    // A week.
    atMs: fc.maxSafeNat().map((us) => (us % (7 * 86_400_000_000)) / 1_000),
  });
  const common = new CommonOutcomes();
  fc.assert(
    fc.property(fc.array(fc.option(anyObservation), { maxLength: 8 }), (all) => {
      const packed = new PackedObservations(common, all.length);
      for (const [index, one] of all.entries()) if (one) packed.set(index, one);
      expect(all.map((_, index) => packed.get(index, planned))).toEqual(all);
    }),
  );
});
