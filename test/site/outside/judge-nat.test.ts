import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeMapping, judgeSilences } from '../../../src/site/outside/survey-nat.js';

const seen = (address: string, port: number, vantagePort = 3478) => ({ localPort: 50_000, vantagePort, address, port });

describe('judgeMapping', () => {
  test.each([
    ['unknown', []],
    ['unknown', [seen('203.0.113.7', 50_000)]],
    ['none', [seen('192.168.1.10', 50_000)]],
    ['none', [seen('192.168.1.10', 50_000), seen('192.168.1.10', 50_000, 3479)]],
    ['endpoint-independent', [seen('192.168.1.10', 50_001), seen('192.168.1.10', 50_001, 3479)]],
    ['endpoint-independent', [seen('203.0.113.7', 50_000), seen('203.0.113.7', 50_000, 3479)]],
    ['endpoint-dependent', [seen('203.0.113.7', 50_000), seen('203.0.113.7', 50_001, 3479)]],
    ['endpoint-dependent', [seen('203.0.113.7', 50_000), seen('203.0.113.8', 50_000, 3479)]],
  ])('%s: %j', (mapping, mapped) => {
    expect(judgeMapping('192.168.1.10', mapped)).toBe(mapping);
  });
});

describe('judgeSilences', () => {
  test('tells the longest that was survived and the shortest beyond that was not', () => {
    const silences = [10, 20, 30, 60].map((seconds) => ({ seconds, came: seconds <= 20 }));
    expect(judgeSilences(silences)).toEqual({
      binding: { heldSeconds: 20, lostSeconds: 30, triedSeconds: 60 },
      problem: null,
    });
  });

  test('does not blame its age for a binding that ended before longer ones did', () => {
    const silences = [10, 20, 30, 60].map((seconds) => ({ seconds, came: seconds === 10 || seconds === 30 }));
    const { binding, problem } = judgeSilences(silences);
    expect(binding).toEqual({ heldSeconds: 30, lostSeconds: 60, triedSeconds: 60 });
    expect(problem).toContain('20 s');
  });

  test('knows nothing of nothing', () => {
    expect(judgeSilences([])).toEqual({ binding: null, problem: null });
  });

  test('what was lost is always longer than what was held, and neither is made up', () => {
    const silence = fc.record({ seconds: fc.integer({ min: 1, max: 300 }), came: fc.boolean() });
    fc.assert(
      fc.property(fc.array(silence, { minLength: 1, maxLength: 10 }), (silences) => {
        const binding = judgeSilences(silences).binding!;
        const { heldSeconds: held, lostSeconds: lost } = binding;
        if (held !== null) expect(silences).toContainEqual({ seconds: held, came: true });
        if (lost !== null) expect(silences).toContainEqual({ seconds: lost, came: false });
        if (held !== null && lost !== null) expect(lost).toBeGreaterThan(held);
        expect(held ?? lost).not.toBeNull();
      }),
    );
  });
});
