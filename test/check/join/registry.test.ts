import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { EVERY_RULE, JOIN_RULES } from '../../../src/check/join/registry.js';

const folder = new URL('../../../src/check/join/', import.meta.url);

test('every file that holds a rule of the join is registered under its name', async () => {
  const found: string[] = [];
  for (const file of readdirSync(folder)) {
    const exported = (await import(`../../../src/check/join/${file.replace(/\.ts$/, '.js')}`)) as Record<
      string,
      unknown
    >;
    for (const value of Object.values(exported)) {
      if (typeof value !== 'object' || value === null || !('find' in value) || !('id' in value)) continue;
      expect(`${String(value.id)}.ts`).toBe(file);
      found.push(String(value.id));
    }
  }
  expect(found.sort()).toEqual(JOIN_RULES.map(({ id }) => id).sort());
});

test('no two rules have one id', () => {
  expect(new Set(EVERY_RULE.map(({ id }) => id)).size).toBe(EVERY_RULE.length);
});

test.each(JOIN_RULES)('$id says who puts right what it finds', (rule) => {
  expect(rule.fixedBy.length > 0).toBe(rule.say !== undefined);
});
