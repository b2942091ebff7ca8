import { describe, expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import { listenUdp } from '../../../src/lab/listen-udp.js';
import { natPmp, renderSsdpAnswer, ssdp } from '../../../src/lab/servers/gateway.js';
import { dim, webpro } from '../../../src/lab/servers/nec.js';
import { startSite } from '../../../src/lab/start-site.js';
import { lanSurveySchema } from '../../../src/model/lan.js';
import { TIMINGS } from '../../../src/net/scan/timing.js';
import { surveyLan, type SurveyLanOptions } from '../../../src/site/lan/survey-lan.js';
import { keep, startServer, stopAfterAll } from '../../lab-sites/running.js';

stopAfterAll();

const LOCAL = '127.0.0.1';
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
const profile = await loadProfile('closed');
const timing = { ...TIMINGS.normal, patienceMs: 300, answerMs: 300 };

/** Loopback alone: a gateway is named, and nobody else is asked. */
async function survey(options: Partial<SurveyLanOptions> = {}) {
  const { signal } = new AbortController();
  const silent = keep(await listenUdp(LOCAL, 0, () => undefined)).port;
  const found = await surveyLan({
    ...{ gateways: [LOCAL], multicast: false, profile, timing, ssdpPort: silent, natPmpPort: silent, signal },
    ...options,
  });
  expect(lanSurveySchema.safeParse(found).error).toBeUndefined();
  return found;
}

describe('a survey from inside', () => {
  test.concurrent('holds what a gateway answered', async () => {
    const [ssdpPort, natPmpPort] = await Promise.all([
      startServer(ssdp({ flavour: 'gateway' })),
      startServer(natPmp('203.0.113.7')),
    ]);
    const steps: string[] = [];
    const found = await survey({ ssdpPort, natPmpPort, onStep: (step) => steps.push(step) });
    expect(found).toMatchObject({ interrupted: false, devices: [], pbx: null, errors: [] });
    expect(found.gateways).toHaveLength(1);
    expect(found.gateways[0]).toMatchObject({
      address: LOCAL,
      interface: null,
      isDefault: true,
      natPmp: { externalAddress: '203.0.113.7' },
    });
    expect(found.gateways[0]!.answers[0]).toMatchObject({ from: LOCAL, st: IGD });
    expect(steps).toEqual(['searching for gateways and devices', 'reading what the gateways report']);
  });

  test.concurrent('tells a gateway that answers nothing, without any trouble of ours', async () => {
    const { gateways, errors } = await survey();
    expect(gateways).toMatchObject([{ address: LOCAL, answers: [], device: null, connections: [], natPmp: null }]);
    expect(errors).toEqual([]);
  });

  test.concurrent('does not follow who says from elsewhere that he is a gateway', async () => {
    const other = createSocket('udp4');
    keep({ stop: () => Promise.resolve(void other.close()) });
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.9', resolve));
    const text = renderSsdpAnswer({ target: IGD, usn: 'uuid:x', server: 'Lab', location: 'http://127.0.0.9/' });
    const { port } = keep(await listenUdp(LOCAL, 0, ({ from }) => other.send(text, from.port, from.address)));
    const { gateways, devices, errors } = await survey({ ssdpPort: port });
    expect(gateways.map(({ address }) => address)).toEqual([LOCAL]);
    expect(devices).toMatchObject([{ from: '127.0.0.9', st: IGD }]);
    expect(errors).toEqual([
      { unit: 'lan/ssdp', message: expect.stringMatching(/^127\.0\.0\.9 says .* not read$/) as unknown },
    ]);
  });

  test.concurrent('asks no gateway outside of the network, and says so', async () => {
    const { gateways, errors } = await survey({ gateways: ['203.0.113.1'] });
    expect(gateways).toMatchObject([
      { address: '203.0.113.1', isDefault: true, answers: [], problems: [expect.stringContaining('not asked')] },
    ]);
    expect(errors).toMatchObject([{ unit: 'lan/gateway' }]);
  });

  test.concurrent('tells a gateway that is named twice once', async () => {
    expect((await survey({ gateways: [LOCAL, LOCAL] })).gateways).toHaveLength(1);
  });

  test.concurrent('looks at the services of the phone system, and identifies it', async () => {
    const plan = { id: 'pbx', title: 'PBX', address: '127.0.47.1', profile: 'closed', source: 'outsider' };
    const site = keep(
      await startSite(
        {
          ...plan,
          servers: [
            { service: 'webpro', endpoints: ['tcp/80'], server: webpro() },
            { service: 'dim', endpoints: ['tcp/5963'], server: dim() },
          ],
        },
        { address: plan.address, ports: 'ephemeral' },
      ),
    );
    const moved = await loadProfile('closed', { services: site.services });
    const { pbx, errors } = await survey({ pbx: '127.0.47.1', profile: moved });
    expect(errors).toEqual([]);
    const open = pbx!.observations.filter(({ state }) => state === 'open');
    expect(open.map(({ service, identity }) => [service, identity?.kind]).sort()).toEqual([
      ['dim', 'nec-dim'],
      ['webpro', 'nec-webpro'],
    ]);
    expect(pbx!.observations.filter(({ probe }) => probe.startsWith('canary'))).toEqual([]);
    expect(pbx!.observations.map(({ service }) => service)).toContain('sip-trunk');
  });
});

describe('a survey that is ended', () => {
  test('returns what it has, and says so', async () => {
    const natPmpPort = await startServer(natPmp('203.0.113.7'));
    const ending = new AbortController();
    setTimeout(() => ending.abort(), 200);
    const value = await survey({ natPmpPort, pbx: '127.0.47.2', signal: ending.signal });
    expect(value.interrupted).toBe(true);
    expect(value.gateways).toMatchObject([{ address: LOCAL }]);
    expect(value.pbx?.address).toBe('127.0.47.2');
  });

  test('before it began ends as well', async () => {
    expect(await survey({ signal: AbortSignal.abort() })).toMatchObject({ interrupted: true, gateways: [{}] });
  });
});
