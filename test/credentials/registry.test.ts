import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CREDENTIAL_KIND_IDS } from '../../src/credentials/credential-kind.js';
import { CREDENTIAL_KINDS } from '../../src/credentials/registry.js';

const page = readFileSync(new URL('../../docs/credentials.md', import.meta.url), 'utf8');
const kinds = Object.values(CREDENTIAL_KINDS).map((kind) => [kind.id, kind] as const);

test('a kind is registered under its own name, which is that of its file', () => {
  const files = readdirSync(new URL('../../src/credentials/', import.meta.url));
  expect(Object.keys(CREDENTIAL_KINDS)).toEqual(CREDENTIAL_KIND_IDS);
  for (const [id, kind] of Object.entries(CREDENTIAL_KINDS)) {
    expect(kind.id).toBe(id);
    expect(files).toContain(`${id}.ts`);
  }
});

describe('docs/credentials.md', () => {
  test('has a section for each kind, and no other', () => {
    expect([...page.matchAll(/^### `([^`]+)`$/gm)].map(([, id]) => id)).toEqual(CREDENTIAL_KIND_IDS);
  });

  test.each(kinds)('tells the rules of %s as they are', (id, kind) => {
    const section = page.split(`### \`${id}\`\n`)[1]?.split(/\n##/)[0] ?? '';
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(
      kind.rules.map(
        ({ id: rule, source, message, level }) =>
          `| \`${rule}\` | ${source} | ${message}${level === 'warning' ? ' A warning only.' : ''} |`,
      ),
    );
    expect(new Set(kind.rules.map(({ id: rule }) => rule)).size).toBe(kind.rules.length);
  });
});
