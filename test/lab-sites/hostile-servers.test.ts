import { describe, expect, test } from '@jest/globals';
import {
  datagramStorm,
  drip,
  endlessBanner,
  escapes,
  giantDatagram,
  HOSTILE_TEXT,
  resetAfterAccept,
  sipHeaderFlood,
  tarpit,
} from '../../src/lab/servers/hostile.js';
import { ask, search, sipRequest, talk } from './clients.js';
import { startServer, stopAfterEach } from './running.js';
import { endlessBody } from './servers/endless-body.js';
import { giantHeaders } from './servers/giant-headers.js';

stopAfterEach();

const GET = 'GET / HTTP/1.0\r\n\r\n';

describe('over TCP', () => {
  test('reset-after-accept resets', async () => {
    expect((await talk(await startServer(resetAfterAccept()))).ended).toBe('ECONNRESET');
  });

  test('endless-banner talks unasked, and on', async () => {
    const { data } = await talk(await startServer(endlessBanner()), '', { enough: 4_000_000, waitMs: 5000 });
    expect(data.length).toBeGreaterThanOrEqual(4_000_000);
    expect(data.subarray(0, 100_000).every((byte) => byte === 0x41)).toBe(true);
  });

  test('endless-banner stops at 64 MiB', async () => {
    const port = await startServer(endlessBanner());
    const { data } = await talk(port, '', { enough: 65 * 1024 * 1024, waitMs: 6000 });
    expect(data.length).toBeGreaterThanOrEqual(64 * 1024 * 1024);
    expect(data.length).toBeLessThan(65 * 1024 * 1024);
  });

  test('endless-body promises 1 GB and goes on', async () => {
    const { text } = await talk(await startServer(endlessBody()), GET, { enough: 2_000_000, waitMs: 5000 });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Content-Length: 1000000000\r\n\r\n<p>/);
    expect(text.length).toBeGreaterThanOrEqual(2_000_000);
  });

  test('drip sends single bytes at its pace', async () => {
    const port = await startServer(drip({ text: 'HTTP/1.0 200 OK\r\n\r\nslow', everyMs: 10 }));
    const { text, ended, ms } = await talk(port, GET, { waitMs: 3000 });
    expect(text).toBe('HTTP/1.0 200 OK\r\n\r\nslow');
    expect(ended).toBe('closed');
    expect(ms).toBeGreaterThan(150);
  });

  test('drip waits to be spoken to, unless told otherwise', async () => {
    expect((await talk(await startServer(drip({ text: 'x', everyMs: 5 })), '', { waitMs: 100 })).text).toBe('');
    expect((await talk(await startServer(drip({ text: 'x', everyMs: 5, unasked: true })))).text).toBe('x');
  });

  test('giant-headers sends long lines, or many', async () => {
    const long = await talk(await startServer(giantHeaders()), GET, { waitMs: 5000 });
    expect(long.text.length).toBeGreaterThan(4_000_000);
    const many = await talk(await startServer(giantHeaders({ lines: 5000, length: 3 })), GET, { waitMs: 5000 });
    expect(many.text.split('\r\n')).toHaveLength(5003);
  });

  test('tarpit accepts and never answers', async () => {
    const port = await startServer(tarpit());
    expect(await talk(port, GET, { waitMs: 150 })).toMatchObject({ connected: true, text: '', ended: 'open' });
  });

  test('sip-header-flood sends 20,000 headers', async () => {
    const { text } = await talk(await startServer(sipHeaderFlood()), sipRequest(), { waitMs: 500 });
    expect(text.split('\r\n').filter((line) => line.startsWith('X-'))).toHaveLength(20_000);
  });
});

describe('over UDP', () => {
  test('sip-header-flood sends thousands of headers in one datagram', async () => {
    const [answer] = await ask(await startServer(sipHeaderFlood()), sipRequest());
    expect(answer!.text.split('\r\n').filter((line) => line.startsWith('X-'))).toHaveLength(4000);
  });

  test('giant-datagram answers 65,000 bytes, as SIP where asked so', async () => {
    const port = await startServer(giantDatagram());
    const [asSip] = await ask(port, sipRequest());
    const [asNoise] = await ask(port, 'x');
    expect(asSip!.text).toMatch(/^SIP\/2\.0 200 OK\r\n/);
    expect([asSip!.data.length, asNoise!.data.length]).toEqual([65_000, 65_000]);
  });

  test('datagram-storm answers one with many, within its bounds', async () => {
    const port = await startServer(datagramStorm({ count: 60, max: 100 }));
    expect(await ask(port, 'x', { enough: 1000, waitMs: 300 })).toHaveLength(60);
    expect(await ask(port, 'x', { enough: 1000, waitMs: 300 })).toHaveLength(40);
    expect(await ask(port, 'x', { enough: 1000, waitMs: 100 })).toHaveLength(0);
  });

  test('tarpit is bound but silent', async () => {
    expect(await ask(await startServer(tarpit()), sipRequest(), { waitMs: 150 })).toEqual([]);
  });
});

describe('escapes', () => {
  test('is hostile in every protocol, without breaking its framing', async () => {
    const port = await startServer(escapes());
    const http = await talk(port, GET);
    expect(http.text).toContain(`HTTP/1.0 401 ${HOSTILE_TEXT}\r\nServer: ${HOSTILE_TEXT}\r\n`);
    expect(http.text).toContain(`<title>${HOSTILE_TEXT}</title>`);
    const banner = await talk(port, '\r\n', { enough: 10 });
    const sipTcp = await talk(port, sipRequest(), { enough: 10 });
    const [sipUdp] = await ask(port, sipRequest());
    const [ssdpUdp] = await ask(port, search('upnp:rootdevice'));
    expect(banner.text).toBe(`${HOSTILE_TEXT}\r\n`);
    expect(sipTcp.text).toContain(`User-Agent: ${HOSTILE_TEXT}\r\n`);
    expect(sipUdp!.text).toContain(`SIP/2.0 200 ${HOSTILE_TEXT}\r\n`);
    expect(ssdpUdp!.text).toContain(`SERVER: ${HOSTILE_TEXT}\r\n`);
  });

  test('holds terminal, bidi and HTML attacks, and no line end', () => {
    for (const part of ['\x1b[', '\x1b]', '\x9b', '\x07', '\x00', '\u202e', '<script>', '=cmd']) {
      expect(HOSTILE_TEXT).toContain(part);
    }
    expect(HOSTILE_TEXT).not.toMatch(/[\r\n]/);
  });
});
