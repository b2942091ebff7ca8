import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { explainRule, listRuleIds } from '../../src/site/judge/explain-rules.js';
import { runHere } from './run.js';

const FIXED = {
  router: 'in the router',
  'phone-system': 'in the phone system',
  provider: 'by the provider',
  dealer: 'by the dealer',
};

test.each(listRuleIds())('%s is explained, within 80 columns', async (id) => {
  const { code, stdout, stderr } = await runHere(['explain', id]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { title, severity, fixedBy, explain } = explainRule(id)!;
  const fixed = fixedBy.length > 0 ? `, fixed ${fixedBy.map((one) => FIXED[one]).join(', ')}` : '';
  const text = `${title} ${id}, up to ${severity}${fixed} ${explain}`;
  expect(stdout.replace(/\s+/g, ' ').trim()).toBe(text.replace(/\s+/g, ' ').trim());
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('without a rule all are listed', async () => {
  const { code, stdout } = await runHere(['explain']);
  expect(code).toBe(0);
  expect(stdout.match(/^\S+/gm)).toEqual([...listRuleIds(), 'break-in']);
});

test('what to do after a break-in is told here and in the documentation, in the same words', async () => {
  const { code, stdout } = await runHere(['explain', 'break-in']);
  expect(code).toBe(0);
  const words = (text: string) => text.replace(/[#*]/g, '').trim().split(/\s+/);
  expect(words(stdout)).toEqual(
    words(readFileSync(new URL('../../docs/after-a-break-in.md', import.meta.url), 'utf8')),
  );
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test.each([
  ['dmz-suspectd', '(did you mean "dmz-suspected"?)'],
  ['dmz', '; these have it in their name: dmz-suspected, dmz-proved'],
  ['nonsense', 'sallyport explain lists them'],
])('there is no rule %s', async (id, hint) => {
  const { code, stdout, stderr } = await runHere(['explain', id]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(hint);
});
