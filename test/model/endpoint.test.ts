import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changeSchema } from '../../src/model/change.js';
import { endpointSchema, parseEndpointId } from '../../src/model/endpoint.js';
import { observationSchema } from '../../src/model/report.js';
import { explanationSchema, proofSchema } from '../../src/model/site.js';
import { proofEventSchema } from '../../src/model/vantage-api.js';

test('the schema takes every endpoint there is', () => {
  const ports = Array.from({ length: 65_535 }, (_, index) => index + 1);
  expect(ports.filter((port) => !endpointSchema.safeParse(`udp/${port}`).success)).toEqual([]);
  expect(ports.filter((port) => parseEndpointId(`tcp/${port}`)?.port !== port)).toEqual([]);
});

test.each([
  'tcp/0',
  'tcp/65536',
  'tcp/99999',
  'tcp/080',
  'tcp/-1',
  'sctp/80',
  'TCP/80',
  'tcp/80 ',
  ' tcp/80',
  'tcp/',
  '',
])('%j is not an endpoint, wherever one is read', (text) => {
  expect(endpointSchema.safeParse(text).success).toBe(false);
  expect(parseEndpointId(text)).toBeUndefined();
  for (const schema of [...changeSchema.options, observationSchema, explanationSchema, proofSchema, proofEventSchema]) {
    expect(schema.shape.endpoint.safeParse(text).success).toBe(false);
  }
});

test('schema and parser agree', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^(tcp|udp)\/[0-9]{1,6}$/)), (text) => {
      expect(endpointSchema.safeParse(text).success).toBe(parseEndpointId(text) !== undefined);
    }),
  );
});
