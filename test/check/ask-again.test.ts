import { afterAll, describe, expect, test } from '@jest/globals';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { PROBES } from '../../src/check/probes/registry.js';
import { askAgain } from '../../src/check/survey/ask-again.js';
import type { LabServer } from '../../src/lab/lab-server.js';
import { necSip } from '../../src/lab/servers/nec.js';
import { isTurned } from '../../src/model/answer-kind.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import type { Observation, Reason, State } from '../../src/model/report.js';
import { Engine } from '../../src/net/scan/engine.js';
import { TIMINGS } from '../../src/net/scan/timing.js';
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

describe('a second look', () => {
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
    expect(report.liveness.recheck).toHaveLength(2);
    expect(report.liveness.recheck).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ before: 'sip-response', after: 'sip-response' }),
        expect.objectContaining({ endpoint: `tcp/${pcpro}`, before: 'no-response', after: 'syn-ack' }),
      ]),
    );
    expect(report.observations.find(({ endpoint }) => endpoint === `tcp/${pcpro}`)?.state).toBe('open');
    expect(report.findings.some(({ endpoint }) => endpoint === `tcp/${pcpro}`)).toBe(true);
  });

  test('believes a refusal over a silence', async () => {
    const { pcpro, check } = await startLossy('127.0.39.4', async () => {});
    const report = await check();
    expect(report.observations.find(({ endpoint }) => endpoint === `tcp/${pcpro}`)?.state).toBe('closed');
  });
});

describe('tries that were lost', () => {
  const endpoints = { limited: 'tcp/80', refused: 'tcp/443', hidden: 'tcp/8000' } as const;
  type Seen = readonly [endpoint: EndpointId, state: State, reason: Reason, tries: number];
  const REFUSED: Seen = [endpoints.refused, 'closed', 'conn-refused', 1];
  const HIDDEN: Seen = [endpoints.hidden, 'filtered', 'no-response', 4];
  const LOSSY: Seen = [endpoints.limited, 'open', 'syn-ack', 2];
  const PROMPT: Seen = [endpoints.limited, 'open', 'syn-ack', 1];

  interface How {
    readonly first?: readonly Seen[];
    readonly limited?: EndpointId;
    readonly lossyTcpPort?: number;
    /** Tries that were lost. */
    readonly lost?: number;
    readonly recovers?: boolean;
    /** With how many tries a question is answered when it is asked once more. */
    readonly againTries?: number;
    /** How many packets go unanswered each time a silent endpoint is asked. */
    readonly silentTries?: number;
  }

  /**
   * Asks again a site that lost two tries, or as many as `lost` says. Of the questions to `limited` it answers the first
   * `passing`, and of those after all others only where it `recovers`.
   */
  async function askOf(passing: number, how: How = {}) {
    const { first = [LOSSY, REFUSED, HIDDEN], limited = endpoints.limited, recovers = true } = how;
    const { lossyTcpPort = null, lost = 2, againTries = 1, silentTries = 1 } = how;
    const engine = new Engine(TIMINGS.normal);
    const host = engine.host('127.0.39.5');
    host.heard(10, 0);
    host.heard(10, lost);
    host.lossyTcpPort = lossyTcpPort;
    const plan = first.map(([endpoint]) => {
      const probe = PROBES[endpoint.startsWith('udp/') ? 'sip-options-udp' : 'tcp-banner'];
      return { endpoint, port: Number(endpoint.slice(4)), probe };
    });
    const asked: string[] = [];
    const askedAt: number[] = [];
    const see = ([endpoint, state, reason, tries]: Seen): Observation => {
      return { endpoint, probe: 'tcp-banner', state, reason, tries, rttMs: null, evidence: {}, atMs: 0 };
    };
    const look = ({ endpoint }: { readonly endpoint: EndpointId }): Promise<Observation> => {
      asked.push(endpoint);
      askedAt.push(performance.now());
      const [before] = first.filter(([one]) => one === endpoint);
      const count = asked.filter((each) => each === endpoint).length;
      // The second time, it is asked after what was lost.
      if (endpoint === endpoints.hidden && count === 2) return Promise.resolve(see([endpoint, 'open', 'syn-ack', 1]));
      const isLast = asked.filter((each) => each === endpoints.hidden).length >= 2;
      const isLost = endpoint === limited && count > passing && !(isLast && recovers);
      const [, state, reason] = isLost ? HIDDEN : before!;
      const answered = count === 1 ? againTries : 1;
      return Promise.resolve(see([endpoint, state, reason, reason === 'no-response' ? silentTries : answered]));
    };
    try {
      const again = await askAgain(first.map(see), {
        engine,
        host,
        plan,
        look,
        services: new Set(first.map(([endpoint]) => endpoint)),
        ping: null,
        signal: new AbortController().signal,
      });
      return {
        ...again,
        asked,
        askedAt,
        times: (endpoint: EndpointId) => asked.filter((each) => each === endpoint).length,
      };
    } finally {
      await engine.close();
    }
  }

  test('by chance are no reason to ask all that was silent once more', async () => {
    const { times, observations } = await askOf(Infinity);
    expect(times(endpoints.hidden)).toBe(1);
    expect(observations.at(-1)).toMatchObject({ endpoint: endpoints.hidden, state: 'filtered' });
  });

  test('behind a limit of new connections are a reason', async () => {
    const { observations, recheck } = await askOf(8);
    expect(observations.at(-1)).toMatchObject({ endpoint: endpoints.hidden, state: 'open' });
    expect(recheck.filter(isTurned)).toEqual([]);
  });

  test('are known by a volley to the port that lost a further connection, where all answered at once', async () => {
    const first = [PROMPT, REFUSED, HIDDEN];
    const spared = await askOf(Infinity, { first, lossyTcpPort: 80 });
    expect([spared.times(endpoints.limited) >= 10, spared.times(endpoints.hidden)]).toEqual([true, 1]);
    expect((await askOf(8, { first, lossyTcpPort: 80 })).times(endpoints.hidden)).toBe(2);
    // Not known where: so they may hide something.
    expect((await askOf(Infinity, { first })).times(endpoints.hidden)).toBe(2);
  });

  test('are known by a volley over UDP where TCP lost none', async () => {
    const limited = 'udp/5060';
    const first: Seen[] = [[limited, 'open', 'sip-response', 3], HIDDEN];
    const spared = await askOf(Infinity, { first, limited });
    expect([spared.times(limited) >= 10, spared.times(endpoints.hidden)]).toEqual([true, 1]);
    expect((await askOf(5, { first, limited })).times(endpoints.hidden)).toBe(2);
  });

  test('are known by a volley to what lost them when it was asked once more', async () => {
    const limited = 'udp/5060';
    const how = { first: [[limited, 'open', 'sip-response', 1], HIDDEN] as const, limited, againTries: 3 } as const;
    const spared = await askOf(Infinity, how);
    expect([spared.times(limited) >= 10, spared.times(endpoints.hidden)]).toEqual([true, 1]);
    expect((await askOf(5, how)).times(endpoints.hidden)).toBe(2);
  });

  test.each([
    ['at once', 1],
    ['late', 2],
  ])('are looked for where the only answer is a refusal that came %s', async (_when, tries) => {
    const silent = 'udp/5060';
    const first: Seen[] = [
      [endpoints.limited, 'closed', 'conn-refused', tries],
      [silent, 'open|filtered', 'no-response', 4],
    ];
    expect((await askOf(Infinity, { first, lost: 0 })).times(silent)).toBe(1);
    expect((await askOf(3, { first, lost: 0 })).times(silent)).toBe(2);
  });

  test('are looked for one a second, however many packets a question takes', async () => {
    const [first, second] = ['udp/5060', 'udp/5070'] as const;
    const silent = [first, second].map((endpoint): Seen => [endpoint, 'open|filtered', 'no-response', 4]);
    const { asked, askedAt } = await askOf(3, { first: [LOSSY, ...silent], silentTries: 2 });
    const at = (endpoint: EndpointId) => askedAt[asked.lastIndexOf(endpoint)]!;
    expect(at(second) - at(first)).toBeGreaterThan(2_000);
  });

  test('need no volley where nothing was silent that could be hidden', async () => {
    const { times } = await askOf(Infinity, { first: [LOSSY, REFUSED] });
    expect(times(endpoints.limited)).toBe(1);
  });

  test('may have had a volley that shut us out: what got it is asked at the very end', async () => {
    const { recheck } = await askOf(8, { recovers: false });
    expect(recheck[0]).toEqual({ endpoint: endpoints.limited, before: 'syn-ack', after: 'no-response' });
    expect(isTurned(recheck[0]!)).toBe(true);
  });
});

describe('what was unreachable and falls silent', () => {
  const address = '127.0.39.6';
  const endpoints = ['tcp/80', 'tcp/8000', 'tcp/5963', 'udp/5060', 'udp/5070'] as const;

  /**
   * Asks a site again of which ICMP said that nothing can be reached; `isSaid` tells whether that is said of a question
   * so long after the one before, ms.
   */
  async function askOf(isSaid: (gapMs: number, transport: string) => boolean) {
    const engine = new Engine(TIMINGS.normal);
    const plan = endpoints.map((endpoint) => {
      const probe = PROBES[endpoint.startsWith('udp/') ? 'sip-options-udp' : 'tcp-banner'];
      return { endpoint, port: Number(endpoint.slice(4)), probe };
    });
    const see = (endpoint: EndpointId, reason: Reason): Observation => {
      return { endpoint, probe: 'tcp-banner', state: 'filtered', reason, tries: 1, rttMs: null, evidence: {}, atMs: 0 };
    };
    const asked: string[] = [];
    let lastAt = performance.now();
    try {
      const { recheck, echo } = await askAgain(
        endpoints.map((endpoint) => see(endpoint, 'host-unreach')),
        {
          engine,
          host: engine.host(address),
          plan,
          services: new Set(endpoints),
          look: ({ endpoint }) => {
            const now = performance.now();
            const said = isSaid(now - lastAt, endpoint.slice(0, 3));
            lastAt = now;
            asked.push(endpoint);
            return Promise.resolve(see(endpoint, said ? 'host-unreach' : 'no-response'));
          },
          ping: () => Promise.resolve('answered'),
          signal: new AbortController().signal,
        },
      );
      return { turned: recheck.filter(isTurned).map(({ endpoint }) => endpoint.slice(0, 3)), asked, echo };
    } finally {
      await engine.close();
    }
  }

  test('behind a limit of ICMP errors is said to be so when it is asked alone, over each transport', async () => {
    const { turned, asked, echo } = await askOf((gapMs) => gapMs >= 700);
    expect(turned).toEqual([]);
    expect(asked.slice(endpoints.length).map((endpoint) => endpoint.slice(0, 3))).toEqual(['tcp', 'udp']);
    expect(echo).toEqual({ before: 'answered', after: 'answered' });
  });

  test('behind a ban stays silent, and nothing more is asked', async () => {
    const { turned, asked } = await askOf(() => false);
    expect(turned).toEqual(['tcp']);
    expect(asked).toHaveLength(endpoints.length + 1);
  });

  test('over one transport alone is noticed too', async () => {
    const { turned } = await askOf((gapMs, transport) => transport === 'tcp' && gapMs >= 700);
    expect(turned).toEqual(['udp']);
  });

  test('is not asked again where all stayed as it was', async () => {
    const { turned, asked } = await askOf(() => true);
    expect(turned).toEqual([]);
    expect(asked).toHaveLength(endpoints.length);
  });
});
