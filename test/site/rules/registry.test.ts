import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { RULES } from '../../../src/check/rules/registry.js';
import { fillRulePage } from '../../../src/site/judge/explain-rules.js';
import { SITE_RULES, SITE_RULESET } from '../../../src/site/rules/registry.js';
import type { SiteRule } from '../../../src/site/rules/site-rule.js';

const folder = new URL('../../../src/site/rules/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

/** The check's own rules are handed on under their ids. */
const OWN_RULES = SITE_RULES.filter(({ id }) => !RULES.some((rule) => rule.id === id));

function isRule(value: unknown): value is SiteRule {
  return typeof value === 'object' && value !== null && 'id' in value && 'find' in value;
}

test('every file that holds a site rule is registered under its name', async () => {
  const found: string[] = [];
  for (const name of names) {
    const exported = (await import(`../../../src/site/rules/${name}.js`)) as Record<string, unknown>;
    for (const value of Object.values(exported).filter(isRule)) {
      expect(value.id).toBe(name);
      expect(OWN_RULES.map(({ id }) => id)).toContain(value.id);
      found.push(value.id);
    }
  }
  expect([...found].sort()).toEqual(OWN_RULES.map(({ id }) => id).sort());
  expect(new Set(found).size).toBe(OWN_RULES.length);
});

test('no two rules have one id', () => {
  expect(new Set(SITE_RULES.map(({ id }) => id)).size).toBe(SITE_RULES.length);
});

test.each(OWN_RULES)('$id says who puts right what it finds', (rule) => {
  expect(rule.fixedBy.length > 0).toBe(rule.say !== undefined);
  expect(new Set(rule.fixedBy).size).toBe(rule.fixedBy.length);
});

test('the version of the rules fits the report', () => {
  expect(SITE_RULESET).toMatch(/^[\w., -]{1,32}$/);
});

describe('docs/site-findings.md', () => {
  const page = readFileSync(new URL('../../../docs/site-findings.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^### `([^`]+)`$/gm)].map(([, id]) => id);

  test('has one section for each rule, in the order in which they are told, and no other', () => {
    expect(headings).toEqual(OWN_RULES.map(({ id }) => id));
  });

  test('says of each rule what the rule says of itself (npm run generate)', () => {
    expect(fillRulePage(page)).toBe(page);
  });

  test.each(OWN_RULES.map(({ id, explain }) => [id, explain]))('%s is explained', (_id, explain) => {
    expect(explain.length).toBeGreaterThan(80);
    expect(page.replace(/\s+/g, ' ')).toContain(explain.replace(/\s+/g, ' '));
  });
});
