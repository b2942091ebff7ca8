import { describe, expect, test } from '@jest/globals';
import {
  createExclusion,
  guardSpecs,
  parseAuthorization,
  refuseScope,
  refuseSpec,
} from '../../../src/files/targets/guard.js';
import { expandTargets } from '../../../src/files/targets/expand-targets.js';
import { parseTargetSpec } from '../../../src/files/targets/targets.js';
import { InputError } from '../../../src/files/text/input-error.js';
import { ADDRESS_SCOPES } from '../../../src/model/report.js';

describe('special addresses', () => {
  test('lets public addresses through', () => {
    expect(refuseScope('public', false)).toBeNull();
  });

  test.each(ADDRESS_SCOPES.filter((scope) => scope !== 'public'))('refuses %s', (scope) => {
    const never = ['multicast', 'broadcast', 'unspecified'].includes(scope);
    expect(refuseScope(scope, false)).toMatch(/^an? |^the /);
    expect(refuseScope(scope, true) === null).toBe(!never);
  });

  test.each([
    [
      '192.168.1.10',
      /^192\.168\.1\.10 is a private address, .*; give the customer's public address; on site, "sallyport lan" and "sallyport preinstall" check from inside \(in a laboratory, the option allowSpecial checks it anyway\)$/,
    ],
    ['100.64.0.1', /; ask the provider for a public address; .* the option allowSpecial checks it anyway\)$/],
    ['203.0.113.7', /; it is an example: give the customer's public address, or try "sallyport demo" \(in a lab/],
    ['127.0.0.1', /; give the customer's public address \(in a laboratory/],
    ['255.255.255.255', /; it is never checked$/],
    ['::', /; it is never checked$/],
  ])('%s is refused with advice', (text, advice) => {
    expect(refuseSpec(parseTargetSpec(text), false)?.problem).toMatch(advice);
  });
});

describe('guardSpecs', () => {
  const guard = (texts: string[], allowSpecial = false) =>
    guardSpecs(
      texts.map((text, i) => parseTargetSpec(text, { file: 'sites.txt', line: i + 1, column: 1 })),
      allowSpecial,
    );

  test('tells all refused targets at once', () => {
    expect(() => guard(['8.8.8.8', '10.0.0.1', 'pbx.example.net', '239.1.2.3'])).toThrow(
      /^sites\.txt:2:1: 10\.0\.0\.1 is a private .*the option allowSpecial.*\nsites\.txt:4:1: 239\.1\.2\.3 is a multicast .*never checked$/,
    );
  });

  test('finds what hides in a network', () => {
    expect(() => guard(['10.0.0.0/7'])).toThrow(/contains an address that is a private/);
    expect(() => guard(['10.0.0.0/7'], true)).not.toThrow();
    expect(() => guard(['0.0.0.0/0'], true)).toThrow(/never checked/);
    expect(() => guard(['192.0.2.0/24', '::1', '2001:db8::/32'], true)).not.toThrow();
  });
});

test('what is excluded needs no refusal', () => {
  const exclude = createExclusion([parseTargetSpec('10.0.0.0/8'), parseTargetSpec('239.0.0.0/8')]);
  const guard = (text: string) => () => guardSpecs([parseTargetSpec(text)], false, exclude);
  expect(guard('10.0.0.0/7')).not.toThrow();
  expect(guard('239.1.2.3')).not.toThrow();
  expect(guard('8.0.0.0/5')).not.toThrow();
  expect(guard('172.16.0.1')).toThrow(InputError);
  expect(guard('238.255.255.255-239.0.0.1')).toThrow(InputError);
});

describe('authorisation', () => {
  const expand = (total: bigint | number | null, authorizedBy: string | null) =>
    expandTargets({ specs: [], total, authorizedBy, resolve: () => Promise.resolve({ problem: 'none' }) });

  test('is needed beyond 16 addresses, before the first is given out', () => {
    expect(() => expand(16n, null)).not.toThrow();
    expect(() => expand(17n, null)).toThrow(InputError);
    expect(() => expand(17, '  ')).toThrow(/17 addresses: more than 16 need the option authorizedBy/);
    expect(() => expand(1n << 64n, 'A. Dealer, order 17')).not.toThrow();
    expect(() => expand(null, null)).not.toThrow();
  });

  test('is trimmed and bounded', () => {
    expect(parseAuthorization(' A. Dealer, order 17 ')).toBe('A. Dealer, order 17');
    expect(() => parseAuthorization('  ')).toThrow(InputError);
    expect(() => parseAuthorization('x'.repeat(513))).toThrow(InputError);
  });
});
