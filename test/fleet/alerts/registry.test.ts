import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { CHANNELS } from '../../../src/fleet/alerts/registry.js';
import { CHANNEL_SCHEMAS } from '../../../src/fleet/alerts/alert-config-schema.js';

test('every kind of channel has a file of its name, settings and a section in docs/alerts.md', () => {
  const kinds = Object.entries(CHANNELS);
  expect(kinds.map(([kind]) => kind)).toEqual(Object.keys(CHANNEL_SCHEMAS));
  const page = readFileSync(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
  const sections = [
    ...page
      .split('\n## Channels\n')[1]!
      .split('\n## ')[0]!
      .matchAll(/^### (.*)$/gm),
  ];
  expect(sections.map(([, kind]) => kind)).toEqual(kinds.map(([kind]) => kind));
  for (const [kind, { id, title }] of kinds) {
    expect(id).toBe(kind);
    expect(title).toMatch(/^.{5,60}$/);
    expect(existsSync(new URL(`../../../src/fleet/alerts/${kind}.ts`, import.meta.url))).toBe(true);
  }
});
