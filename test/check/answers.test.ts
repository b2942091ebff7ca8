import { describe, expect, test } from '@jest/globals';
import { LIKELIEST_MOVED_PORTS, LIKELY_MOVED_PORTS } from '../../src/check/probes/plan.js';
import type { LabServer } from '../../src/lab/lab-server.js';
import { drip, endlessBanner, escapes, HOSTILE_TEXT, resetAfterAccept, tarpit } from '../../src/lab/servers/hostile.js';
import { necSip, webpro } from '../../src/lab/servers/nec.js';
import { startSite } from '../../src/lab/start-site.js';
import type { ServiceId } from '../../src/model/service.js';
import { resetSocket } from '../../src/net/sockets/tcp-socket.js';
import { checkAll, checkOne, checkSite, observationOf, planOne, rulesOf, startAt } from './checking.js';
import { keep, stopAfterAll } from '../lab-sites/running.js';
import { dvr } from '../lab-sites/servers/dvr.js';
import { endlessBody } from '../lab-sites/servers/endless-body.js';
import { giantHeaders } from '../lab-sites/servers/giant-headers.js';

stopAfterAll();

let sites = 0;
/** An address of its own for each site, since the tests wait side by side. */
const nextAddress = () => `127.0.131.${++sites}`;

/** Patience with these servers, far below the lifetime of a connection to them. */
const TIMEOUT_MS = 600;

/** Checks a server in the place of a service, and tells what was seen of that. */
async function seeServer(service: ServiceId, server: LabServer, transport = '', timeoutMs = TIMEOUT_MS) {
  const report = await checkSite(await startAt(nextAddress(), planOne(service, server)), { timeoutMs });
  expect(report.errors).toEqual([]);
  return { report, seen: observationOf(report, service, transport) };
}

describe('over TCP', () => {
  test.concurrent.each([
    ['right after', resetAfterAccept()],
    ['a little after', { tcp: (socket) => void setTimeout(() => resetSocket(socket), 50) }],
  ] satisfies [string, LabServer][])('a connection that is reset %s it was accepted is open', async (_when, server) => {
    const { report, seen } = await seeServer('webpro', server);
    expect(seen).toMatchObject({ state: 'open', reason: 'reset-after-accept', identity: null });
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['admin-interface-reachable']);
  });

  test.concurrent('a server that never says a word is open', async () => {
    const { report, seen } = await seeServer('cti', tarpit());
    expect(seen).toMatchObject({ state: 'open', reason: 'syn-ack', identity: null, evidence: {} });
    expect(rulesOf(report)).toEqual(['forbidden-service-open']);
  });

  test.concurrent.each(['webpro', 'pcpro', 'dim'] as const)(
    'a banner without end on %s is cut, and the check ends',
    async (id) => {
      const { report, seen } = await seeServer(id, endlessBanner());
      expect(seen.state).toBe('open');
      expect(JSON.stringify(seen.evidence).length).toBeLessThan(3_000);
      expect(report.durationMs).toBeLessThan(40_000);
      expect(report.verdict).toBe('violation');
    },
  );

  test.concurrent.each(['webpro', 'pcpro', 'sip-trunk'] as const)(
    'one byte a second on %s does not hold us',
    async (id) => {
      const server = drip({ text: 'HTTP/1.1 200 OK\r\nServer: Henry/1.1\r\n\r\n', everyMs: 1_000, unasked: true });
      const { report, seen } = await seeServer(id, server);
      expect(seen).toMatchObject({ state: 'open', reason: 'syn-ack' });
      expect(report.durationMs).toBeLessThan(40_000);
    },
  );

  test.concurrent('a body of 1 GB is read for what its beginning tells', async () => {
    const { report, seen } = await seeServer('webpro', endlessBody());
    expect(seen.evidence.http).toMatchObject({ status: 200, server: 'Henry/1.1', truncated: true });
    expect(seen.evidence.http!.body.length).toBeLessThanOrEqual(2_048);
    expect(report.durationMs).toBeLessThan(40_000);
  });

  test.concurrent('header lines of 64 KB are cut', async () => {
    const { report, seen } = await seeServer('webpro', giantHeaders());
    expect(seen.state).toBe('open');
    expect(JSON.stringify(seen.evidence).length).toBeLessThan(6_000);
    expect(report.durationMs).toBeLessThan(40_000);
  });

  test.concurrent('control characters and markup in every field stay what they are: evidence', async () => {
    const { seen } = await seeServer('webpro', escapes());
    const sent = Buffer.from(HOSTILE_TEXT).toString('latin1');
    expect(seen.evidence.http?.server).toBe(sent.slice(0, 256).trim());
    expect(seen.identity?.kind).toBe('web-server');
  });

  test.concurrent("a video recorder's page on the web port is a finding of another kind", async () => {
    const { report, seen } = await seeServer('webpro', dvr());
    expect(seen.identity).toMatchObject({ kind: 'web-server' });
    expect(seen.identity?.label).toContain('DVR-Web/2.4');
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['foreign-service']);
  });
});

describe('SIP', () => {
  test.concurrent.each([
    ['bare LF line ends', { bareLf: true }],
    ['folded headers', { fold: true }],
  ])('with %s is understood, over UDP and TCP', async (_name, options) => {
    const { report } = await seeServer('sip-trunk', necSip(options), 'udp');
    for (const transport of ['udp', 'tcp']) {
      const seen = observationOf(report, 'sip-trunk', transport);
      expect(seen.state).toBe('open');
      expect(seen.identity).toMatchObject({ kind: 'nec-sip', model: 'SL2100' });
    }
    expect(rulesOf(report)).toEqual(['sip-open-to-world']);
  });

  test.concurrent('that answers from another port is heard, and the report says from where', async () => {
    // Only the last tries hear other ports: a busy machine needs time for those.
    const { report, seen } = await seeServer('sip-trunk', necSip({ fromElsewhere: true }), 'udp', 2_500);
    expect(seen).toMatchObject({ state: 'open', reason: 'sip-response' });
    expect(seen.evidence.from).toMatch(/^127\.0\.131\.\d+:\d+$/);
    expect(seen.evidence.from).not.toBe(`${report.target.address}:${seen.endpoint.slice(4)}`);
    expect(report.findings.find(({ endpoint }) => endpoint === seen.endpoint)?.seen).toContain(seen.evidence.from);
  });

  test.concurrent('whose first answers are lost is heard all the same', async () => {
    const { seen } = await seeServer('sip-trunk', { udp: necSip({ dropFirst: 2 }).udp! }, 'udp');
    expect(seen).toMatchObject({ state: 'open', reason: 'sip-response' });
    // On a busy machine the answer may come after another try.
    expect(seen?.tries).toBeGreaterThanOrEqual(3);
  });
});

test.concurrent('what is refused is closed: by a reset over TCP, by ICMP over UDP', async () => {
  const report = await checkOne('127.0.31.2', { timeoutMs: TIMEOUT_MS });
  const states = new Set(
    report.observations.map(({ endpoint, state, reason }) => `${endpoint.slice(0, 3)} ${state} ${reason}`),
  );
  expect([...states].sort()).toEqual(['tcp closed conn-refused', 'udp closed port-unreach']);
  expect(report.verdict).toBe('compliant');
  // A witness of the refusals over each transport is refused once more.
  expect(report.liveness.recheck).toMatchObject([
    { before: 'conn-refused', after: 'conn-refused' },
    { before: 'port-unreach', after: 'port-unreach' },
  ]);
});

describe('moved services', () => {
  test.concurrent(
    'are looked for, named and judged where --service says they are, and at their old place',
    async () => {
      const site = await startAt(nextAddress(), planOne('webpro', webpro({ model: 'SL1100', version: '04.00.52' })));
      const [port] = site.services['webpro']!;
      const { observations } = await checkSite(site);
      expect(observations.find(({ endpoint }) => endpoint === `tcp/${port}`)).toMatchObject({
        service: 'webpro',
        probe: 'http-get',
        identity: { kind: 'nec-webpro', model: 'SL1100', version: '04.00.52' },
      });
      expect(observations.find(({ endpoint }) => endpoint === 'tcp/80')).toMatchObject({ service: null });
    },
  );

  test.concurrent('WebPro on a likely other port is found by what it answers, unless findMoved is false', async () => {
    const port = await startOnLikelyPort('127.0.31.3', LIKELY_MOVED_PORTS);
    const without = await checkOne('127.0.31.3', { findMoved: false });
    expect(without.verdict).toBe('compliant');
    expect(without.observations.some(({ endpoint }) => endpoint === `tcp/${port}`)).toBe(false);

    const report = await checkOne('127.0.31.3');
    expect(report.verdict).toBe('violation');
    expect(rulesOf(report)).toEqual(['moved-admin-found']);
    expect(report.findings.find(({ rule }) => rule === 'moved-admin-found')).toMatchObject({ endpoint: `tcp/${port}` });
  });

  test.concurrent('WebPro on one of the likeliest other ports is found in a list of targets', async () => {
    const port = await startOnLikelyPort('127.0.31.5', LIKELIEST_MOVED_PORTS);
    const reports = await checkAll({ targets: ['127.0.31.4', '127.0.31.5'] });
    const found = reports.find(({ target }) => target.address === '127.0.31.5')!;
    expect(rulesOf(found)).toEqual(['moved-admin-found']);
    expect(found.findings).toContainEqual(expect.objectContaining({ endpoint: `tcp/${port}` }));
  });
});

/** Starts WebPro on the first of some ports that is free on the test's own address. */
async function startOnLikelyPort(address: string, ports: readonly number[]): Promise<number> {
  for (const port of ports.filter((likely) => likely > 1_024)) {
    const plan = { ...planOne('webpro', webpro()), servers: [] };
    const server = { service: 'webpro', endpoints: [`tcp/${port}`], server: webpro() } as const;
    const site = keep(await startSite({ ...plan, servers: [server] }, { address }));
    if (site.endpoints[0] === `tcp/${port}`) return port;
    await site.stop();
  }
  throw new Error('no likely port is free');
}
