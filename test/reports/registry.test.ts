import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { REPORTERS, REPORT_FORMATS } from '../../src/reports/registry.js';

test.each(Object.entries(REPORTERS))('%s is complete', (key, reporter) => {
  expect(reporter.id).toBe(key);
  expect(reporter.title).toMatch(/\w/);
  const files = readdirSync(new URL('../../src/reports/', import.meta.url));
  expect(files).toContain(`${key}.ts`);
});

test('the choices are the registry, the default first', () => {
  expect(REPORT_FORMATS).toEqual(['table', 'json', 'ndjson', 'csv']);
});
