import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { SITES } from '../../src/lab/sites.js';
import { startSilentTcp } from './start-silent-tcp.js';
import { ask, sipRequest, talk } from './clients.js';
import { startMuteSite } from './mute-site.js';
import { keep, stopAfterAll } from './running.js';

stopAfterAll();

const GET = 'GET / HTTP/1.0\r\n\r\n';
const SILENT = { connected: false, text: '', ended: 'open' };

describe('startSilentTcp', () => {
  test.concurrent('drops every SYN for longer than the patience of a check', async () => {
    const { ports } = keep(await startSilentTcp(4));
    expect(new Set(ports).size).toBe(4);
    const attempts = ports.flatMap((port) => Array.from({ length: 10 }, () => talk(port, GET, { waitMs: 4000 })));
    for (const attempt of await Promise.all(attempts)) expect(attempt).toMatchObject(SILENT);
  });

  test.concurrent('refuses connections once it is stopped', async () => {
    const silent = keep(await startSilentTcp());
    await silent.stop();
    expect((await talk(silent.ports[0]!)).ended).toBe('ECONNREFUSED');
  });

  test.concurrent('works time and again', async () => {
    for (let round = 0; round < 10; round++) {
      const silent = keep(await startSilentTcp(2));
      expect(await talk(silent.ports[1]!, GET, { waitMs: 50 })).toMatchObject(SILENT);
      await silent.stop();
    }
  });
});

describe('a site', () => {
  test.concurrent('goes silent on TCP and UDP when told to, also on open connections', async () => {
    const site = keep(await startMuteSite(SITES.dmz));
    const { webpro, pcpro, 'sip-trunk': trunk } = site.services;
    expect((await talk(webpro![0]!, GET)).text).toContain('WebPro');
    const lasting = talk(pcpro![0]!, GET, { waitMs: 600 });
    await sleep(50);
    await site.goSilent();
    expect(await lasting).toMatchObject({ connected: true, text: '', ended: 'open' });
    for (const port of [webpro![0]!, pcpro![0]!, trunk![0]!]) {
      expect(await talk(port, GET, { waitMs: 200 })).toMatchObject(SILENT);
    }
    expect(await ask(trunk![0]!, sipRequest(), { waitMs: 200 })).toEqual([]);
    await site.stop();
    expect((await talk(webpro![0]!)).ended).toBe('ECONNREFUSED');
  });

  test.concurrent('goes silent by itself after so many connections', async () => {
    const site = keep(await startMuteSite(SITES.dmz, { silentAfter: 3 }));
    const [port] = site.services['webpro']!;
    for (let i = 0; i < 3; i++) expect((await talk(port!, GET)).text).toContain('WebPro');
    // It goes silent once the third connection has ended, which takes as long as the machine lets it.
    let last = await talk(port!, GET, { waitMs: 300 });
    for (let tries = 0; last.connected && tries < 40; tries++) last = await talk(port!, GET, { waitMs: 300 });
    expect(last).toMatchObject(SILENT);
    expect(await ask(site.services['sip-trunk']![0]!, sipRequest(), { waitMs: 100 })).toEqual([]);
  });

  test.concurrent('can be stopped while it goes silent', async () => {
    const site = keep(await startMuteSite(SITES.dmz));
    const silent = site.goSilent();
    await site.stop();
    await silent;
    expect((await talk(site.services['webpro']![0]!)).ended).toBe('ECONNREFUSED');
  });
});
