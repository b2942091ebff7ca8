import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import type { Fingerprint, Match } from '../../../src/check/fingerprints/fingerprint.js';
import { FINGERPRINTS, identify } from '../../../src/check/fingerprints/registry.js';
import { type Evidence, evidenceSchema } from '../../../src/model/evidence.js';
import { type Identity, identitySchema, unitErrorSchema } from '../../../src/model/report.js';
import { http, observe, sip, ssdp } from './observations.js';
import { expectWithin } from '../../protocols/hostile.js';
import { CODE_POINT } from '../../words/code-point.js';

const SHARED = ['fingerprint', 'registry', 'quote', 'nec-product', 'upnp-answers'];

test('every fingerprint file is in the registry, under its own name', () => {
  const files = readdirSync(new URL('../../../src/check/fingerprints/', import.meta.url)).map((file) =>
    file.replace(/\.ts$/, ''),
  );
  expect(FINGERPRINTS.map(({ id }) => id).sort()).toEqual(files.filter((file) => !SHARED.includes(file)).sort());
  for (const { title } of FINGERPRINTS) expect(title).toMatch(/\S/);
});

describe('identify', () => {
  const fake = (id: string, confidence: Match['confidence']): Fingerprint => ({
    id,
    title: id,
    identify: () => ({ kind: 'other', label: id, model: null, version: null, confidence, basis: [] }),
  });
  const broken = (id: string, thrown: unknown): Fingerprint => ({
    id,
    title: id,
    identify: () => {
      throw thrown;
    },
  });
  const best = (...confidences: Identity['confidence'][]) =>
    identify(
      observe({}),
      confidences.map((confidence, i) => fake(`f${i}`, confidence)),
    ).identity?.fingerprint;

  test('takes the highest confidence, then the first', () => {
    expect(best('possible', 'likely', 'certain', 'certain')).toBe('f2');
    expect(best('likely', 'possible', 'likely')).toBe('f0');
    expect(best()).toBeUndefined();
  });

  test('reports one that throws, and goes on', () => {
    const { identity, errors } = identify(observe({}), [
      broken('bad', new Error('x'.repeat(9999))),
      fake('good', 'possible'),
      broken('odd', 'text'),
    ]);
    expect(identity?.fingerprint).toBe('good');
    expect(errors).toEqual([
      { unit: 'fingerprint/bad', message: 'x'.repeat(512) },
      { unit: 'fingerprint/odd', message: 'text' },
    ]);
    for (const error of errors) unitErrorSchema.parse(error);
  });
});

describe('hostile evidence', () => {
  const marks = [
    'Henry/1.1',
    'WebPro',
    'banFrm',
    'mainFrm',
    'Login.htm',
    '04.00.52</td>',
    'SL2100',
    '.PNG',
    'NEC-i ',
    'SL Series ',
    '04.00/2.1',
  ];
  const more = [
    'User ID:',
    'Password:',
    'realm="',
    'upnp:rootdevice',
    ':device:',
    'InternetGatewayDevice:',
    'http://192.168.1.1',
    '/igd',
    'nec-code',
    '\n',
    '<b>',
    '\x1b[0m',
    '"',
  ];
  const hostile = (max: number) =>
    fc
      .array(fc.oneof(fc.constantFrom(...marks, ...more), fc.string({ unit: CODE_POINT })), { maxLength: 40 })
      .map((parts) => parts.join('').slice(0, max));
  const maybe = (max: number) => fc.option(hostile(max));
  const page = fc
    .record({
      server: maybe(256),
      title: maybe(256),
      location: maybe(512),
      authenticate: maybe(256),
      body: hostile(2048),
    })
    .map(http);
  const evidence: fc.Arbitrary<Evidence> = fc.record(
    {
      http: page,
      login: page,
      sip: fc
        .record({
          phrase: hostile(256),
          server: maybe(256),
          userAgent: maybe(256),
          contentType: maybe(256),
          body: hostile(512),
        })
        .map(sip),
      ssdp: fc.array(fc.record({ st: maybe(256), usn: maybe(256), server: maybe(256), location: maybe(512) }), {
        maxLength: 16,
      }),
      natPmp: fc.record({
        version: fc.constantFrom(0, 2),
        opcode: fc.integer({ min: 128, max: 255 }),
        result: fc.nat(65535),
        epoch: fc.option(fc.nat()),
        externalAddress: fc.option(fc.ipV4()),
      }),
      banner: hostile(1024),
    },
    { requiredKeys: [] },
  );

  test('never breaks a fingerprint or the limits of an identity', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        evidenceSchema.parse(given);
        const observation = observe(given);
        expect(identify(observation).errors).toEqual([]);
        for (const fingerprint of FINGERPRINTS) {
          const found = fingerprint.identify(observation);
          if (found) identitySchema.parse({ fingerprint: fingerprint.id, ...found });
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([' ', ':', '/', '.png', 'a', 'SL2100', '1.11.11', 'NEC ', 'realm="', 'User ID:', 'igd', '\n', 'http://'])(
    'is quick and within the limits with %j all over',
    (piece) => {
      const fill = (max: number) => piece.repeat(max).slice(0, max);
      const full = http({ server: fill(256), title: fill(256), authenticate: fill(256), body: fill(2048) });
      const answer = ssdp({ st: fill(256), usn: fill(256), server: fill(256), location: fill(512) });
      const observation = observe({
        http: full,
        login: full,
        sip: sip({ phrase: fill(256), server: fill(256), contentType: fill(256), body: fill(512) }),
        ssdp: Array.from({ length: 16 }, () => answer),
        banner: fill(1024),
      });
      const found = FINGERPRINTS.flatMap((one) => one.identify(observation) ?? []);
      for (const match of found) identitySchema.parse({ fingerprint: 'x', ...match });
      expect(found.length).toBeGreaterThan(2);
      expectWithin(1_000, () => identify(observation));
    },
  );
});
