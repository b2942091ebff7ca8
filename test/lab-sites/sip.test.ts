import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { necSip } from '../../src/lab/servers/nec.js';
import { renderSipAnswer, sip } from '../../src/lab/servers/sip.js';
import { ask, sipRequest, talk } from './clients.js';
import { startServer, stopAfterEach } from './running.js';
import { CODE_POINT } from '../words/code-point.js';

stopAfterEach();

describe('sip', () => {
  test('answers OPTIONS over UDP and TCP on one port number', async () => {
    const port = await startServer(necSip());
    const [overUdp] = await ask(port, sipRequest());
    const overTcp = await talk(port, sipRequest(), { enough: 100 });
    for (const text of [overUdp!.text, overTcp.text]) {
      expect(text).toMatch(/^SIP\/2\.0 200 OK\r\n/);
      expect(text).toContain('Server: NEC SL2100/2.1\r\n');
      expect(text).toMatch(
        /\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:5999;branch=z9hG4bKtest;received=127\.0\.0\.1;rport=\d+\r\n/,
      );
      expect(text).toContain('Call-ID: call-1@127.0.0.1\r\nCSeq: 7 OPTIONS\r\n');
      expect(text).toMatch(/To: <sip:127\.0\.0\.1>;tag=/);
      expect(text).toMatch(/Content-Length: 0\r\n\r\n$/);
    }
    expect(overUdp!.port).toBe(port);
    expect(overTcp.ended).toBe('open');
  });

  test('answers several requests on one connection, and no more than 32', async () => {
    const port = await startServer(sip());
    expect((await talk(port, sipRequest().repeat(3), { waitMs: 300 })).text.split('SIP/2.0 200 OK')).toHaveLength(4);
    expect((await talk(port, sipRequest().repeat(40))).ended).not.toBe('open');
  });

  test('answers with the status and headers that it is told', async () => {
    const [answer] = await ask(
      await startServer(sip({ status: 404, phrase: 'Gone Fishing', userAgent: 'U/1' })),
      sipRequest(),
    );
    expect(answer!.text).toMatch(/^SIP\/2\.0 404 Gone Fishing\r\n/);
    expect(answer!.text).toContain('User-Agent: U/1\r\n');
    expect(answer!.text).not.toContain('Server:');
  });

  test('ends lines in a bare LF and folds values where told so', async () => {
    const port = await startServer(sip({ server: 'NEC-i SL Series 04.00/2.1', bareLf: true, fold: true }));
    const [answer] = await ask(port, sipRequest());
    expect(answer!.text).not.toContain('\r');
    expect(answer!.text).toContain('Server: NEC-i\n SL\n Series\n 04.00/2.1\n');
    expect(answer!.text).toMatch(/\n\n$/);
  });

  test('answers UDP from another port where told so', async () => {
    const port = await startServer(sip({ fromElsewhere: true }));
    const [answer] = await ask(port, sipRequest());
    expect(answer!.text).toMatch(/^SIP\/2\.0 200/);
    expect(answer!.port).not.toBe(port);
  });

  test('answers only those who ask from port 5060 where told so', async () => {
    const port = await startServer(sip({ onlyToPort5060: true }));
    expect(await ask(port, sipRequest(), { waitMs: 150 })).toEqual([]);
    expect(await ask(port, sipRequest(), { from: { address: '127.0.7.60', port: 5060 } })).toHaveLength(1);
  });

  test('loses the first requests and answers late where told so', async () => {
    const port = await startServer(sip({ dropFirst: 1, delayMs: 120 }));
    expect(await ask(port, sipRequest(), { waitMs: 250 })).toEqual([]);
    const start = performance.now();
    expect(await ask(port, sipRequest(), { waitMs: 1000 })).toHaveLength(1);
    expect(performance.now() - start).toBeGreaterThan(100);
  });

  test('rings and registers nobody', async () => {
    const port = await startServer(sip());
    for (const method of ['INVITE', 'REGISTER']) {
      const [answer] = await ask(port, sipRequest(method));
      expect(answer!.text).toMatch(/^SIP\/2\.0 405 /);
    }
  });

  test('does not answer what is no request', async () => {
    const port = await startServer(sip());
    expect(await ask(port, 'hello', { waitMs: 100 })).toEqual([]);
    expect(await ask(port, sipRequest('ACK'), { waitMs: 100 })).toEqual([]);
    expect(await ask(port, sipRequest().replace(/^Via.*\r\n/m, ''), { waitMs: 100 })).toEqual([]);
  });
});

describe('renderSipAnswer', () => {
  const from = { address: '127.0.0.1', port: 4000 };

  test('understands compact and folded headers', () => {
    const request = sipRequest().replace('Via:', 'v:').replace('From: ', 'f:\r\n ').replace('Call-ID', 'i');
    expect(renderSipAnswer(request, from, {})).toContain('From: <sip:sallyport@127.0.0.1>;tag=abc\r\n');
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT }), fc.nat({ max: 400 }), (noise, at) => {
        const request = sipRequest();
        renderSipAnswer(noise, from, {});
        renderSipAnswer(request.slice(0, at) + noise + request.slice(at), from, { fold: true, bareLf: true });
      }),
    );
  });
});
