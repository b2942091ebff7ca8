import { describe, expect, test } from '@jest/globals';
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
});
