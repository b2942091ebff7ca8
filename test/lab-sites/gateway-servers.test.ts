import { describe, expect, test } from '@jest/globals';
import { natPmp, ssdp } from '../../src/lab/servers/gateway.js';
import { ask, search } from './clients.js';
import { startServer, stopAfterEach } from './running.js';

stopAfterEach();

describe('ssdp', () => {
  test('a gateway answers with what was searched for', async () => {
    const port = await startServer(ssdp({ flavour: 'gateway' }));
    const answers = await ask(port, search('upnp:rootdevice'), { enough: 9, waitMs: 1_000 });
    expect(answers).toHaveLength(1);
    expect(answers[0]!.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answers[0]!.text).toContain('ST: upnp:rootdevice\r\n');
    expect(answers[0]!.text).toMatch(/USN: uuid:[0-9a-f-]{36}::upnp:rootdevice\r\n/);
    expect(answers[0]!.text).toContain('LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n');
  });

  test('a gateway can answer everything with everything', async () => {
    const port = await startServer(ssdp({ flavour: 'gateway', answerAll: true }));
    const answers = await ask(port, search('upnp:rootdevice'), { enough: 9, waitMs: 1_000 });
    expect(answers).toHaveLength(6);
    expect(answers.filter(({ text }) => /ST: .*InternetGatewayDevice:1\r\n/.test(text))).toHaveLength(1);
    expect(answers.every((answer) => answer.port === port)).toBe(true);
  });

  test('an inside device answers all its targets to ssdp:all, from another port where told so', async () => {
    const port = await startServer(ssdp({ flavour: 'device', location: 'http://10.0.0.9/', fromElsewhere: true }));
    const answers = await ask(port, search('ssdp:all'), { enough: 9, waitMs: 1_000 });
    expect(answers).toHaveLength(4);
    for (const { text, port: from } of answers) {
      expect(text).toContain('LOCATION: http://10.0.0.9/\r\n');
      expect(text).not.toContain('Gateway');
      expect(from).not.toBe(port);
    }
  });

  test('answers no other target, and nothing that is no search', async () => {
    const port = await startServer(ssdp({ flavour: 'gateway', answerAll: true }));
    const target = await startServer(ssdp({ flavour: 'gateway' }));
    expect(await ask(target, search('urn:other:device:1'), { waitMs: 100 })).toEqual([]);
    expect(await ask(port, search('ssdp:all').replace('ssdp:discover', 'x'), { waitMs: 100 })).toEqual([]);
    expect(await ask(port, 'NOTIFY * HTTP/1.1\r\n\r\n', { waitMs: 100 })).toEqual([]);
  });
});

describe('nat-pmp', () => {
  test('tells the external address', async () => {
    const [answer] = await ask(await startServer(natPmp('203.0.113.7')), Buffer.from([0, 0]));
    expect([...answer!.data.subarray(0, 4)]).toEqual([0, 0x80, 0, 0]);
    expect(answer!.data.readUInt32BE(4)).toBeLessThan(60);
    expect([...answer!.data.subarray(8)]).toEqual([203, 0, 113, 7]);
  });

  test('maps nothing, and refuses other versions', async () => {
    const port = await startServer(natPmp());
    const result = async (request: number[]) => {
      const [answer] = await ask(port, Buffer.from(request));
      return [answer!.data.length, answer!.data[1], answer!.data.readUInt16BE(2)];
    };
    expect(await result([0, 1, 0, 0, 0x1f, 0x90, 0x1f, 0x90, 0, 0, 0, 60])).toEqual([8, 129, 2]);
    expect(await result([0, 9])).toEqual([8, 137, 5]);
    expect(await result([2, 0])).toEqual([8, 128, 1]);
    expect(await ask(port, Buffer.from([0]), { waitMs: 100 })).toEqual([]);
    expect(await ask(port, Buffer.from([0, 128]), { waitMs: 100 })).toEqual([]);
  });
});
