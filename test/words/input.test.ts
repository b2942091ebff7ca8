import { expect, test } from '@jest/globals';
import { suggest } from '../../src/words/input.js';

test.each([
  ['webpr', ['webpro', 'pcpro'], ' (did you mean "webpro"?)'],
  ['Shedule', ['schedule'], ' (did you mean "schedule"?)'],
  ['providre', ['outsider', 'provider'], ' (did you mean "provider"?)'],
  ['zebra', ['webpro', 'pcpro'], ''],
  ['ab', ['x'], ''],
  ['x'.repeat(100_000), ['webpro'], ''],
])('%p', (word, candidates, expected) => {
  expect(suggest(word, candidates)).toBe(expected);
});
