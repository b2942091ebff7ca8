import { describe, expect, test } from '@jest/globals';
import type { NetworkInterfaceInfo } from 'node:os';
import { hasAddressToReach } from '../../../src/net/sockets/addresses.js';
import { Host } from '../../../src/net/scan/host.js';
import { QUICK } from '../start-engine.js';

const createHost = (timing = {}) => new Host('192.0.2.1', (now) => now, { ...QUICK, ...timing });

describe('Host', () => {
  test('knows no short gap before its round-trip time, nor where the timing forbids it', () => {
    const host = createHost();
    expect(host.shortGapMs).toBeNull();
    host.heard(null, 0);
    expect(host.shortGapMs).toBeNull();
    host.heard(2, 0);
    expect(host.shortGapMs).toBe(100);
    const patient = createHost({ shortGapMs: null });
    patient.heard(2, 0);
    expect(patient.shortGapMs).toBeNull();
  });

  test('waits longer between tries to a slow host, within its patience', () => {
    const host = createHost({ patienceMs: 3_000 });
    host.heard(200, 0);
    expect(host.shortGapMs).toBe(600);
    host.heard(5_000, 0);
    expect(host.shortGapMs).toBe(1_000);
  });

  test('wants more tries than the timing says where silence is believed early, and more where it lost some', () => {
    const host = createHost();
    const { wantedTries } = host;
    expect(wantedTries).toBeGreaterThanOrEqual(QUICK.tries);
    host.heard(2, 0);
    expect(host.wantedTries).toBe(wantedTries);
    host.heard(null, 1);
    expect(host.wantedTries).toBeGreaterThan(wantedTries);
    expect(host).toMatchObject({ answers: 2, lost: 1 });
  });

  test('wakes those who wait for its round-trip time, once', () => {
    const host = createHost();
    let woken = 0;
    host.waiting.add(() => woken++);
    host.heard(null, 0);
    expect(woken).toBe(0);
    host.heard(10, 0);
    host.heard(10, 0);
    expect(woken).toBe(1);
  });

  test('tells its family', () => {
    expect(createHost().family).toBe(4);
    expect(new Host('2001:db8::1', (now) => now, QUICK).family).toBe(6);
  });

  test('takes an answer for late by its round-trip time, and where that is unknown by its patience', () => {
    const host = createHost({ patienceMs: 3_000 });
    expect([700, 800].map((ms) => host.isLate(ms))).toEqual([false, true]);
    host.heard(100, 0);
    expect([250, 350].map((ms) => host.isLate(ms))).toEqual([false, true]);
  });

  test('is suddenly refused where several refusals come late and at once', () => {
    const host = createHost();
    for (let k = 0; k < 5; k++) host.refused('tcp', false);
    for (const at of [0, 200, 290, 400, 450]) host.refused('tcp', true, at);
    host.refused('udp', true, 450);
    expect(host.suddenlyRefused).toEqual([]);
    host.refused('tcp', true, 500);
    expect(host.suddenlyRefused).toEqual(['tcp']);
  });

  test('seems to limit refusals over TCP where several came late only, over UDP too or a good share of all', () => {
    const host = createHost();
    for (let k = 0; k < 7; k++) host.refused('tcp', false);
    host.refused('tcp', true);
    expect(host.limitsTcpRefusals).toBe(false);
    host.refused('tcp', true);
    expect(host.limitsTcpRefusals).toBe(false);
    host.refused('udp', false);
    expect(host.limitsTcpRefusals).toBe(true);
    const overUdp = createHost();
    for (let k = 0; k < 3; k++) overUdp.refused('udp', true);
    expect(overUdp).toMatchObject({ limitsTcpRefusals: false, refusals: 3, tcpRefusals: 0 });
    const overTcp = createHost();
    for (const late of [false, true, true]) overTcp.refused('tcp', late);
    expect(overTcp.limitsTcpRefusals).toBe(true);
  });

  test('gives turns for asking once more 1.1 s apart, over 10 s', () => {
    const host = createHost();
    const turns = Array.from({ length: 12 }, () => host.takeRefusalTurn(1_000));
    expect(turns.slice(0, 3)).toEqual([1_000, 2_100, 3_200]);
    expect(turns.slice(-3)).toEqual([10_900, null, null]);
  });

  test('is without a route where this machine has no address of its family, and else short of ports', () => {
    const host = createHost();
    const judge = (interfaces: Parameters<typeof hasAddressToReach>[1], address: string) =>
      hasAddressToReach(address, interfaces);
    const loopback = [
      { family: 'IPv4', internal: true },
      { family: 'IPv6', internal: true },
    ] as NetworkInterfaceInfo[];
    const four = [...loopback.slice(0, 1), { family: 'IPv4', internal: false } as NetworkInterfaceInfo];
    expect([judge(four, '192.0.2.1'), judge(four, '2001:db8::1'), judge(four, '::1')]).toEqual([true, false, false]);
    expect([judge(loopback, '2001:db8::1'), judge(loopback, '::1'), judge(null, '::1')]).toEqual([false, true, true]);
    const loop = new Host('127.0.0.1', (now) => now, QUICK);
    expect(loop.judgeError('EADDRNOTAVAIL', 'tcp', true)).toEqual({ kind: 'busy', reason: 'no-ports' });
    expect(host.judgeError('ECONNREFUSED', 'tcp', false)).toMatchObject({ state: 'closed' });
  });
});
