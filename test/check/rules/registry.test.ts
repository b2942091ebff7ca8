import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EVERY_RULE } from '../../../src/check/join/registry.js';
import { RULES, RULESET } from '../../../src/check/rules/registry.js';
import type { Facts } from '../../../src/check/rules/facts.js';
import type { Rule } from '../../../src/check/rules/rule.js';
import { fillRulePage } from '../../../src/site/judge/explain-rules.js';

const folder = new URL('../../../src/check/rules/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

function isRule(value: unknown): value is Rule<Facts> {
  return typeof value === 'object' && value !== null && 'id' in value && ('find' in value || 'evaluate' in value);
}

test('every file that holds a rule is registered under its name', async () => {
  const found: string[] = [];
  for (const name of names) {
    const exported = (await import(`../../../src/check/rules/${name}.js`)) as Record<string, unknown>;
    for (const value of Object.values(exported).filter(isRule)) {
      expect(value.id).toBe(name);
      expect(RULES.map(({ id }) => id)).toContain(value.id);
      found.push(value.id);
    }
  }
  expect([...found].sort()).toEqual(RULES.map(({ id }) => id).sort());
  expect(new Set(found).size).toBe(RULES.length);
});

test.each(RULES)('$id says who puts right what it finds', (rule) => {
  expect(rule.fixedBy.length > 0).toBe(rule.say !== undefined);
  expect(new Set(rule.fixedBy).size).toBe(rule.fixedBy.length);
});

test('the version of the rules fits the report', () => {
  expect(RULESET).toMatch(/^[\w.-]{1,32}$/);
});

describe('docs/findings.md', () => {
  const page = readFileSync(new URL('../../../docs/findings.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^### `([^`]+)`$/gm)].map(([, id]) => id);

  test('has one section for each rule, and no other', () => {
    expect([...headings].sort()).toEqual(EVERY_RULE.map(({ id }) => id).sort());
  });

  test('says of each rule what the rule says of itself (npm run generate)', () => {
    expect(fillRulePage(page)).toBe(page);
  });

  test.each(EVERY_RULE.map(({ id, explain }) => [id, explain]))('%s is explained', (_id, explain) => {
    expect(explain.length).toBeGreaterThan(80);
    expect(page).toContain(explain.slice(0, 60));
  });
});
