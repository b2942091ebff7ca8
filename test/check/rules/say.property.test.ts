import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { sayFinding, sayUndetermined } from '../../../src/check/judge/engine.js';
import { EVERY_RULE } from '../../../src/check/join/registry.js';
import type { Rule } from '../../../src/check/rules/rule.js';
import { endpointSchema } from '../../../src/model/endpoint.js';
import {
  ABOUT,
  findingSchema,
  findingWordsSchema,
  undeterminedSchema,
  undeterminedWordsSchema,
  type Finding,
  type Undetermined,
} from '../../../src/model/finding.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { SITE_RULES } from '../../../src/site/rules/registry.js';
import { arbitraryOf } from './arbitrary-of-schema.js';

const ALL: readonly Rule<never>[] = [
  ...EVERY_RULE,
  ...SITE_RULES.filter(({ id }) => !EVERY_RULE.some((rule) => rule.id === id)),
];
const rules = ALL.map((rule) => [rule.id, rule] as const);

const endpoint = arbitraryOf(endpointSchema) as unknown as fc.Arbitrary<NonNullable<Finding['endpoint']>>;
const runs = { numRuns: 40 };

function anyFinding({ id, data }: Rule<never>): fc.Arbitrary<Finding> {
  return fc.record({
    rule: fc.constant(id),
    about: fc.constantFrom(...ABOUT),
    severity: fc.constantFrom(...SEVERITIES),
    effect: fc.constantFrom('violation', 'inconclusive', 'note'),
    endpoint: fc.option(endpoint, { freq: 8 }),
    data: arbitraryOf(data ?? z.object({})),
    observations: fc.array(endpoint, { maxLength: 3 }),
  });
}

function anyDoubt({ id, doubt }: Rule<never>): fc.Arbitrary<Undetermined> {
  return fc.record({
    rule: fc.constant(id),
    endpoint: fc.option(endpoint),
    data: arbitraryOf(doubt ?? z.object({})),
    blocking: fc.boolean(),
  });
}

/** Every text of words is there, and shows nothing of the code. An endpoint may be missing only where data say so. */
function expectProse(texts: readonly string[], isPlaced = true): void {
  const code = isPlaced ? /\bundefined\b|\bNaN\b|\[object|\bnull\b/ : /\bundefined\b|\bNaN\b|\[object/;
  expect(texts.filter((text) => text.trim() === '' || code.test(text))).toEqual([]);
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe.each(rules)('%s', (id, rule) => {
  const speakers = new Map([[id, rule]]);

  test('says any finding of its form', () => {
    fc.assert(
      fc.property(rule.say ? anyFinding(rule) : fc.constant(null), (finding) => {
        if (!finding || !rule.say) return;
        expect(findingSchema.parse(finding)).toEqual(finding);
        const said = rule.say(finding);
        const words = { headline: rule.title, ...said, fixedBy: rule.fixedBy };
        const { title, seen, matters, remedy, programs, references } = said;
        expectProse([rule.title, title, seen, matters, remedy, ...references], finding.endpoint !== null);
        // A finding that was kept as JSON is said alike, by the engine too.
        const told = sayFinding(speakers, copy(finding));
        expect(findingWordsSchema.parse(told)).toEqual(told);
        // The engine cuts what the longest data make too long.
        if (findingWordsSchema.safeParse(words).success) expect(told).toEqual(copy({ ...words, programs }));
      }),
      runs,
    );
  });

  test('says any undetermined entry of its form', () => {
    fc.assert(
      fc.property(rule.sayDoubt ? anyDoubt(rule) : fc.constant(null), (doubt) => {
        if (!doubt || !rule.sayDoubt) return;
        expect(undeterminedSchema.parse(doubt)).toEqual(doubt);
        const words = rule.sayDoubt(doubt);
        expectProse([words.what, words.why], doubt.endpoint !== null);
        const told = sayUndetermined(speakers, copy(doubt));
        expect(undeterminedWordsSchema.parse(told)).toEqual(told);
        if (undeterminedWordsSchema.safeParse(words).success) expect(told).toEqual(copy(words));
      }),
      runs,
    );
  });

  test('has a form for all that it says', () => {
    expect('say' in rule).toBe('data' in rule);
    expect('sayDoubt' in rule).toBe('doubt' in rule);
    expect('say' in rule || 'sayDoubt' in rule).toBe(true);
  });
});
