import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endpointId } from '../../../src/model/endpoint.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { parsePortRange, parsePorts } from '../../../src/files/text/ports.js';
import { expectWithin } from '../../protocols/hostile.js';

const ids = (text: string) => parsePorts(text).map(endpointId);

describe('parsePorts', () => {
  test.each([
    ['80', ['tcp/80']],
    ['80,8000', ['tcp/80', 'tcp/8000']],
    ['5060', ['tcp/5060', 'udp/5060']],
    ['1900', ['tcp/1900', 'udp/1900']],
    ['10020', ['tcp/10020']],
    ['5069-5071', ['tcp/5069', 'tcp/5070', 'tcp/5071', 'udp/5070']],
    ['T:5060', ['tcp/5060']],
    ['U:5060-5061', ['udp/5060', 'udp/5061']],
    ['T:80,81,U:5060,5070', ['tcp/80', 'tcp/81', 'udp/5060', 'udp/5070']],
    ['tcp/80', ['tcp/80']],
    ['UDP/5060-5061', ['udp/5060', 'udp/5061']],
    ['U:53,tcp/80,54', ['tcp/80', 'udp/53', 'udp/54']],
    [' 80 , 81 ', ['tcp/80', 'tcp/81']],
    ['80,80,79-81', ['tcp/79', 'tcp/80', 'tcp/81']],
    ['T:-3', ['tcp/1', 'tcp/2', 'tcp/3']],
    ['T:65534-', ['tcp/65534', 'tcp/65535']],
  ])('%s', (text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  test('a lone hyphen means all TCP ports, and the known UDP ones', () => {
    const endpoints = parsePorts('-');
    expect(endpoints.filter(({ transport }) => transport === 'tcp')).toHaveLength(65_535);
    expect(endpoints.filter(({ transport }) => transport === 'udp').map(({ port }) => port)).toEqual([
      1900, 5060, 5070, 5080, 5081, 5351,
    ]);
  });

  test.each([
    ['', '""'],
    ['80,', '""'],
    ['0', '"0"'],
    ['65536', '"65536"'],
    ['99999999999', '"99999999999"'],
    ['81-80', '"81-80"'],
    ['80,http', '"http"'],
    ['S:80', '"S:80"'],
    ['1-2-3', '"1-2-3"'],
    ['8 0', '"8 0"'],
    ['+80', '"+80"'],
    ['tcp/', '"tcp/"'],
  ])('%p is refused, naming %s', (text, named) => {
    expect(() => parsePorts(text)).toThrow(InputError);
    expect(() => parsePorts(text)).toThrow(named);
  });

  test('gives endpoints or an InputError for any text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[TU:tcpud/0-9,-]{0,40}$/));
    fc.assert(
      fc.property(text, (given) => {
        try {
          const found = ids(given);
          expect(found.length).toBeGreaterThan(0);
          expect(new Set(found).size).toBe(found.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });

  test('hears every port of a list once', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(fc.array(port, { minLength: 1, maxLength: 20 }), (ports) => {
        const expected = [...new Set(ports)].sort((a, b) => a - b).map((p) => `udp/${p}`);
        expect(ids(`U:${ports.join(',')}`)).toEqual(expected);
      }),
    );
  });

  test('stays fast on a huge list', () => {
    expectWithin(2_000, () => void parsePorts('-,'.repeat(20_000) + '80'));
  });
});

test('parsePortRange names the whole item in its error', () => {
  expect(parsePortRange('5060-5080')).toEqual({ first: 5060, last: 5080 });
  expect(() => parsePortRange('x', 'webpro=x')).toThrow('"webpro=x"');
});
