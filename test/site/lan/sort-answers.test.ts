import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortAnswers } from '../../../src/site/lan/survey-gateways.js';
import type { SsdpFound } from '../../../src/model/lan.js';

const LANS = [{ name: 'eth0', address: '192.168.1.23', prefixLength: 24 }];
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
const WAN = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const TV = 'urn:schemas-upnp-org:device:MediaRenderer:1';

const answer = (from: string, st: string | null, more: Partial<SsdpFound> = {}): SsdpFound => ({
  ...{ from, st, usn: null, server: null, location: null, ...more },
});
const sort = (answers: readonly SsdpFound[], known: readonly string[] = []) =>
  sortAnswers(
    new Map(
      [...new Set(answers.map(({ from }) => from))].map((from) => [from, answers.filter((a) => a.from === from)]),
    ),
    new Set(known),
    LANS,
  );

describe('who answered', () => {
  test('a gateway that is known, another on the network, and devices', () => {
    const sorted = sort(
      [
        answer('192.168.1.1', TV),
        answer('192.168.1.1', IGD),
        answer('192.168.1.2', null, { usn: `uuid:x::${WAN}` }),
        answer('192.168.1.50', TV),
      ],
      ['192.168.1.1'],
    );
    expect(sorted.furtherGateways).toEqual(['192.168.1.2']);
    expect(sorted.strangers).toEqual([]);
    expect(sorted.devices.map(({ from }) => from)).toEqual(['192.168.1.50']);
    expect(sorted.of('192.168.1.1').map(({ st }) => st)).toEqual([IGD, TV]);
    expect(sorted.of('192.168.1.99')).toEqual([]);
  });

  test.each(['203.0.113.9', '192.168.2.1', '10.0.0.1', 'fe80::1'])('%s is a stranger, whatever it says', (from) => {
    const sorted = sort([answer(from, IGD)]);
    expect(sorted).toMatchObject({ furtherGateways: [], strangers: [from], devices: [{ from }] });
  });

  test('a public address is a stranger even where a network is so wide that it is in it', () => {
    const found = new Map([['203.0.113.9', [answer('203.0.113.9', IGD)]]]);
    const wide = [{ name: 'eth0', address: '192.168.1.23', prefixLength: 0 }];
    expect(sortAnswers(found, new Set(), wide)).toMatchObject({ furtherGateways: [], strangers: ['203.0.113.9'] });
  });

  test('a name alone makes no gateway', () => {
    const sorted = sort([answer('192.168.1.3', 'upnp:rootdevice', { server: 'Linux UPnP/1.1 MiniUPnPd/2.2' })]);
    expect(sorted).toMatchObject({ furtherGateways: [], strangers: [] });
    expect(sorted.devices).toHaveLength(1);
  });

  test('a device that says much leaves room for others', () => {
    const chatty = Array.from({ length: 60 }, (_, index) => answer('192.168.1.50', `uuid:${index}`));
    const { devices } = sort([...chatty, answer('192.168.1.50', TV), answer('192.168.1.51', TV)]);
    expect(devices.filter(({ from }) => from === '192.168.1.50')).toHaveLength(8);
    expect(devices[0]).toMatchObject({ st: TV });
    expect(devices.at(-1)).toMatchObject({ from: '192.168.1.51' });
  });

  test('bounds hold for anything', () => {
    const text = fc.option(fc.oneof(fc.constantFrom(IGD, WAN, TV), fc.string()));
    const any = fc.record({ from: fc.ipV4(), st: text, usn: text, server: text, location: text });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 300 }), (answers) => {
        const { devices, furtherGateways, strangers } = sort(answers);
        expect(devices.length).toBeLessThanOrEqual(256);
        expect(furtherGateways.filter((address) => !address.startsWith('192.168.1.'))).toEqual([]);
        expect(strangers.filter((address) => furtherGateways.includes(address))).toEqual([]);
      }),
    );
  });
});
