import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseListen } from '../../src/files/server/listen.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import { hashToken } from '../../src/files/server/token-file.js';
import { startGateway } from '../lab-sites/start-gateway.js';
import { parseEndpointId, type EndpointId } from '../../src/model/endpoint.js';
import type { Profile } from '../../src/model/profile.js';
import { siteReportSchema, type SiteReport } from '../../src/model/site.js';
import { preinstall, type PreinstallOptions, VantageClient } from '../../src/index.js';
import { startVantage } from '../../src/vantage/start-vantage.js';
import { mapping } from './lan/gateways.js';
import { findFreeEndpoints, LOCAL } from './outside/start-stand-in.js';
import { keep, stopAfterAll } from '../lab-sites/running.js';

/*
 * The whole of it on loopback, where nothing stands between the two sides: whatever is sent arrives, as in a DMZ. The
 * tests wait rather than work, so they do it side by side, each with a vantage and endpoints of its own.
 */

stopAfterAll();

const TOKEN = 'spt_a-token';
let folder: string;
let tokenFile: string;
let closed: Profile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preinstall-'));
  tokenFile = join(folder, 'tokens');
  await writeFile(tokenFile, `ann sha256:${hashToken(TOKEN).toString('hex')}\n`, { mode: 0o600 });
  closed = await loadProfile('closed');
});
afterAll(() => rm(folder, { recursive: true }));

/** A vantage, and where the three services are. */
async function openScene() {
  const listen = parseListen('127.0.0.1:0');
  const vantage = await startVantage({ listen, tokenFile, sipPort: 0, stunPorts: [0, 0], allowSpecial: true });
  keep({ stop: () => vantage.close() });
  return { url: new URL(vantage.url), free: await findFreeEndpoints() };
}

type Scene = Awaited<ReturnType<typeof openScene>>;

/** A profile with three services on these endpoints, and no others. */
function placeServices([web, sip, dim]: readonly EndpointId[]): Profile {
  const places: Readonly<Record<string, EndpointId>> = { webpro: web!, 'sip-trunk': sip!, dim: dim! };
  const services = closed.services.flatMap((service) => {
    const endpoint = places[service.id];
    return endpoint ? [{ ...service, endpoints: [endpoint], defaultEndpoints: [endpoint] }] : [];
  });
  return { ...closed, services };
}

/** Runs it against a simulated gateway that lists one mapping to the second service. */
async function run(options: Partial<PreinstallOptions> = {}, scene?: Scene): Promise<SiteReport> {
  const { url, free } = scene ?? (await openScene());
  const { port } = parseEndpointId(free[1]!)!;
  const gateway = keep(
    await startGateway({
      shape: 'open',
      externalAddress: '198.51.100.7',
      portControl: 'nat-pmp',
      mappings: [mapping({ transport: 'tcp', externalPort: port, internalClient: LOCAL, internalPort: port })],
    }),
  );
  const { ssdpPort, natPmpPort, address } = gateway;
  const report = await preinstall({
    vantage: new VantageClient({ url, token: TOKEN }),
    vantageName: url.host,
    profile: placeServices(free),
    timing: 'fast',
    pbxAddress: LOCAL,
    standIn: true,
    firewallAttested: true,
    bindingSeconds: null,
    lan: { gateways: [address], multicast: false, ssdpPort, natPmpPort },
    ...options,
  });
  return siteReportSchema.parse(report);
}

test.concurrent('joins what both sides saw: what arrives, and what lets it in', async () => {
  const steps: string[] = [];
  const scene = await openScene();
  const { free } = scene;
  const report = await run({ client: 'acme', onStep: (step) => void steps.push(step) }, scene);
  expect(report).toMatchObject({ kind: 'preinstall', client: 'acme', verdict: 'violation', interrupted: false });
  const { evidence, reachable, findings } = report;
  expect(evidence.outside).toMatchObject({ address: LOCAL, scope: 'loopback', problems: [] });
  expect(evidence.standIn?.bound).toEqual(expect.arrayContaining(free.slice(0, 3)));
  expect(evidence.outside?.proofs.map(({ arrived }) => arrived)).toEqual(Array(9).fill(true));
  expect(evidence.outside?.sip.every(({ state }) => state === 'same')).toBe(true);
  expect(evidence.outside?.nat?.mapping).toBe('none');
  const causeOf = (endpoint: string) => reachable.find((one) => one.endpoint === endpoint);
  expect(causeOf(free[0]!)).toMatchObject({ basis: 'proved', cause: 'dmz', service: 'webpro' });
  expect(causeOf(free[1]!)).toMatchObject({ basis: 'proved', cause: 'upnp-mapping', service: 'sip-trunk' });
  expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['dmz-proved', 'upnp-on']));
  expect(steps.length).toBeGreaterThan(3);
});

test.concurrent('an earlier run tells since when a mapping is there', async () => {
  const scene = await openScene();
  const first = await run({}, scene);
  const second = await run({ earlier: [first] }, scene);
  const since = second.reachable.find(({ cause }) => cause === 'upnp-mapping')?.since;
  expect(since).toBe(first.startedAt);
});

test.concurrent('without a stand-in nothing is called proved', async () => {
  const report = await run({ standIn: false });
  expect(report.evidence.standIn).toBeNull();
  expect(report.evidence.outside?.proofs).toEqual([]);
  expect(report.reachable.filter(({ basis }) => basis === 'proved')).toEqual([]);
});

test.concurrent('without the vantage the site is not verified, and the inside is told all the same', async () => {
  const [refused] = await findFreeEndpoints();
  const { port } = parseEndpointId(refused!)!;
  const report = await run({
    vantage: new VantageClient({ url: new URL(`http://127.0.0.1:${port}`), token: TOKEN }),
  });
  expect(report.evidence.outside).toMatchObject({ address: null, check: null, problems: [{ part: 'vantage' }] });
  expect(report.evidence.lan.gateways[0]?.connections[0]?.mappings).toHaveLength(1);
  expect(report.findings.map(({ rule }) => rule)).toContain('no-outside-view');
  expect(report.verdict).not.toBe('compliant');
});

test.concurrent('a wrong token is told, and is no verdict', async () => {
  const scene = await openScene();
  const report = await run({ vantage: new VantageClient({ url: scene.url, token: 'spt_other' }) }, scene);
  expect(report.evidence.outside?.problems).toMatchObject([
    { part: 'vantage', message: expect.stringMatching(/token/) },
  ]);
  expect(report.verdict).not.toBe('compliant');
});

test.concurrent.each(['whoami', 'proofs', 'check', 'SIP'] as const)(
  'a stop while it is at the %s is no verdict',
  async (stage) => {
    const patterns = { whoami: /^asking/, proofs: /^listening/, check: /checks/, SIP: /SIP/ };
    const stop = new AbortController();
    const late: string[] = [];
    const report = await run({
      onStep: (step) => {
        if (stop.signal.aborted) late.push(step);
        if (patterns[stage].test(step)) setTimeout(() => stop.abort(), 30);
      },
      signal: stop.signal,
      lan: { gateways: [], multicast: false },
    });
    expect(report.interrupted).toBe(true);
    expect(report.verdict).not.toBe('compliant');
    expect(late).toEqual([]);
  },
);
