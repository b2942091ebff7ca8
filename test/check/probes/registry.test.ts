import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SERVICES } from '../../../src/model/service.js';
import type { Probe } from '../../../src/check/probes/probe.js';
import { chooseProbe, PROBES } from '../../../src/check/probes/registry.js';

const ALL: readonly Probe[] = Object.values(PROBES);
/** Files beside the probes that are none. */
const OTHERS = ['plan', 'probe', 'registry'];

describe('the registry of probes', () => {
  test('holds every probe file, under its name', () => {
    const files = readdirSync(new URL('../../../src/check/probes', import.meta.url)).map((name) =>
      name.replace(/\.ts$/, ''),
    );
    expect(Object.keys(PROBES).sort()).toEqual(files.filter((name) => !OTHERS.includes(name)).sort());
    for (const [key, { id, title }] of Object.entries(PROBES)) {
      expect(id).toBe(key);
      expect(title).not.toBe('');
    }
    expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
  });

  test('names no unknown service, and none twice over one transport', () => {
    const known = SERVICES.map(({ id }) => id as string);
    for (const transport of ['tcp', 'udp'] as const) {
      const named = ALL.filter((probe) => probe.transport === transport).flatMap(({ services }) => services);
      expect(new Set(named).size).toBe(named.length);
      for (const service of named) expect(known).toContain(service);
    }
  });

  test('has a probe of its own for every endpoint of every service that is probed', () => {
    for (const { id, endpoints, probed } of SERVICES) {
      if (!probed) continue;
      for (const endpoint of endpoints) {
        const probe = chooseProbe(endpoint.startsWith('tcp') ? 'tcp' : 'udp', id);
        expect(probe.services).toContain(id);
        expect(endpoint.startsWith(probe.transport)).toBe(true);
      }
    }
  });
});

test.each([
  ['tcp', 'webpro', 'http-get'],
  ['tcp', 'pcpro', 'tcp-banner'],
  ['tcp', 'dim', 'dim-prompt'],
  ['tcp', 'sip-trunk', 'sip-options-tcp'],
  ['udp', 'sip-trunk', 'sip-options-udp'],
  ['udp', 'nec-ip-phone', 'sip-options-udp'],
  ['udp', 'upnp', 'ssdp-search'],
  ['udp', 'nat-pmp', 'nat-pmp-address'],
  ['tcp', null, 'tcp-identify'],
  ['udp', null, 'sip-options-udp'],
  ['tcp', 'upnp', 'tcp-identify'],
  ['udp', 'webpro', 'sip-options-udp'],
  ['tcp', 'no such service', 'tcp-identify'],
] as const)('over %s, service %s is looked at by %s', (transport, service, id) => {
  expect(chooseProbe(transport, service).id).toBe(id);
});
