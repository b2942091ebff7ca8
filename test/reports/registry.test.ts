import { expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { listUnfit, REPORT_FORMATS, REPORTERS, type Shown } from '../../src/reports/registry.js';
import type { Reporter } from '../../src/reports/reporter.js';
import { SITE_FORMATS } from '../../src/reports/site-reporters.js';

test.each(Object.entries<Reporter>(REPORTERS))('%s is complete', (key, reporter) => {
  expect(reporter.id).toBe(key);
  expect(reporter.title).toMatch(/\w/);
  const files = readdirSync(new URL('../../src/reports/', import.meta.url));
  expect(files).toContain(`${key}.ts`);
});

test('the choices begin with the default', () => {
  expect(REPORT_FORMATS[0]).toBe('table');
});

test('endings are lower case, and no two ids are one', () => {
  const endings = Object.values<Reporter>(REPORTERS).flatMap(({ id, endings: own = [] }) => [id, ...own]);
  for (const ending of endings) expect(ending).toMatch(/^[a-z][a-z0-9.-]*$/);
  // What several forms have is refused as ambiguous; no more than this is meant to be.
  const twice = endings.filter((ending, index) => endings.indexOf(ending) !== index);
  expect(twice).toEqual(['xml']);
});

test('what a form does not show, it refuses with a reason, and nothing else', () => {
  const shows: Record<Exclude<Shown, 'sweep'>, (reporter: Reporter) => boolean> = {
    clients: (reporter) => 'createClients' in reporter,
    site: ({ id }) => (SITE_FORMATS as readonly string[]).includes(id),
  };
  for (const shown of ['clients', 'site'] as const) {
    const refusing = Object.values<Reporter>(REPORTERS).filter((reporter) => !shows[shown](reporter));
    expect(Object.keys(listUnfit(shown))).toEqual(refusing.map(({ id }) => id));
  }
  for (const { unfit } of Object.values<Reporter>(REPORTERS)) {
    for (const reason of Object.values(unfit ?? {})) expect(reason).toMatch(/^[a-z].*[^.]$/);
  }
});
