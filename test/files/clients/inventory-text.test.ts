import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadInventory } from '../../../src/files/clients/inventory.js';
import { directoryOf, renderInventoryCsv, renderInventoryYaml } from '../../../src/files/clients/inventory-text.js';
import type { Client } from '../../../src/model/client.js';
import { createInventories } from './inventory-files.js';
import { CODE_POINT } from '../../words/code-point.js';

const files = createInventories();
const { directory } = files;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;

const line = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 24 })
  .map((text) => text.trim())
  .filter((text) => text !== '' && !CONTROLS.test(text) && !/\p{Cs}/u.test(text));
const tricky = fc.constantFrom(
  '=1+1',
  '"',
  '""',
  "'",
  'a"b',
  'a,b;c|d',
  '- x',
  '# x',
  'null',
  'yes',
  '007',
  '1e3',
  '{a}',
  '@x',
);
const text = fc.oneof(line, tricky);
const notes = fc.array(fc.oneof(text, fc.constant('')), { maxLength: 4 }).map((lines) => lines.join('\n').trim());
const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,8}$/);
const choice = fc.constantFrom<Pick<Client, 'profile' | 'services' | 'sources' | 'source'>>(
  { profile: 'closed', services: {}, sources: {}, source: null },
  { profile: 'closed', services: { webpro: [8081], 'sip-trunk': [5062, 5064] }, sources: {}, source: null },
  { profile: 'sip-trunk', services: {}, sources: { provider: ['192.0.2.0/24', '2001:db8::/32'] }, source: 'provider' },
  {
    profile: join(directory, 'own', 'profile.yaml'),
    services: { dim: [1] },
    sources: { dealer: ['192.0.2.9'] },
    source: 'dealer',
  },
);
const client = fc.record({
  name: text,
  choice,
  named: fc.boolean(),
  group: fc.option(word),
  schedule: fc.constantFrom(null, '30 3 * * *', '@daily', '0 12 * * MON-FRI'),
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  authorization: fc.option(
    fc.record({ by: text, reference: text, until: fc.constantFrom(null, '2027-12-31', '2028-02-29') }),
  ),
  contacts: fc.uniqueArray(fc.constantFrom('a@example.com', "o'neil+x@example.org", 'ü@example.net'), { maxLength: 3 }),
  tags: fc.uniqueArray(word, { maxLength: 3 }),
  paused: fc.boolean(),
  notes,
});
const inventory = fc.array(client, { maxLength: 4 }).map((drafts) =>
  drafts.map(({ choice: chosen, named, ...draft }, i): Client => ({
    ...draft,
    ...chosen,
    id: `c${i}`,
    addresses: named ? [`c${i}.example.com`, `2001:db8::${i + 1}`] : [`192.0.2.${8 * i}/29`],
    network: named ? ['198.51.100.0/24', '203.0.113.9'] : [],
  })),
);

mkdirSync(join(directory, 'own'));
mkdirSync(join(directory, 'elsewhere'));
writeFileSync(join(directory, 'own', 'profile.yaml'), 'name: own\ntitle: Own\nextends: remote-maintenance\n');
const groupsOf = (clients: readonly Client[]) =>
  [...new Set(clients.flatMap(({ group }) => group ?? []))].map((id) => ({
    id,
    title: id,
    schedule: null,
    timeZone: 'UTC',
  }));

describe('what is written is read as it was', () => {
  test('CSV', async () => {
    await fc.assert(
      fc.asyncProperty(inventory, async (clients) => {
        const file = join(directory, 'elsewhere', 'clients.csv');
        writeFileSync(file, renderInventoryCsv(clients, directoryOf(file)));
        const read = await loadInventory(file);
        expect(read.clients).toEqual(clients);
        expect(new Set(read.groups)).toEqual(new Set(groupsOf(clients)));
      }),
      { numRuns: 60 },
    );
  });

  test('CSV after a spreadsheet wrote it with semicolons and CRLF', async () => {
    await fc.assert(
      fc.asyncProperty(inventory, async (clients) => {
        const cells = renderInventoryCsv(clients, directory).match(/"(?:[^"]|"")*"|[^",\r\n]+|,|\r\n/g) ?? [];
        const text = cells.map((cell) => (cell === ',' ? ';' : cell)).join('');
        expect((await files.load('semicolons.csv', `\ufeff${text}`)).clients).toEqual(clients);
      }),
      { numRuns: 25 },
    );
  });

  test('YAML', async () => {
    await fc.assert(
      fc.asyncProperty(inventory, async (clients) => {
        const file = join(directory, 'elsewhere', 'clients.yaml');
        writeFileSync(file, renderInventoryYaml({ clients, groups: groupsOf(clients) }, directoryOf(file)));
        const read = await loadInventory(file);
        expect(read.clients).toEqual(clients);
        expect(new Set(read.groups)).toEqual(new Set(groupsOf(clients)));
      }),
      { numRuns: 60 },
    );
  });
});

test('profiles in files are named from the file that is written', () => {
  const [own] = fc.sample(client, 1).map(({ choice: _, named: __, ...rest }) => ({
    ...rest,
    id: 'a',
    addresses: ['192.0.2.1'],
    network: [],
    profile: join(directory, 'own', 'profile.yaml'),
    services: {},
    sources: {},
    source: null,
  }));
  expect(renderInventoryCsv([own!], join(directory, 'elsewhere'))).toContain(',./../own/profile.yaml,');
  expect(renderInventoryYaml({ clients: [own!], groups: [] }, directory)).toContain('profile: ./own/profile.yaml\n');
});

test('an inventory too large for YAML is refused', async () => {
  const [first] = (await files.load('one.csv', 'id,address\na,192.0.2.1\n')).clients;
  const clients = Array.from({ length: 5_000 }, (_, i) => ({ ...first!, id: `c${i}`, notes: 'x'.repeat(4_000) }));
  expect(() => renderInventoryYaml({ clients, groups: [] }, directory)).toThrow('5000 clients are too many for YAML');
});

describe('whatever stands in a file, only its mistakes are told', () => {
  const COLUMNS = [
    'id',
    'address',
    'network',
    'profile',
    'services',
    'sources',
    'schedule',
    'time_zone',
    'paused',
    'tags',
  ];
  const cell = fc.oneof(
    fc.string({ unit: CODE_POINT, maxLength: 12 }),
    fc.constantFrom(
      'a',
      '192.0.2.1',
      'webpro=1',
      'x=y',
      '* * * * *',
      '@x',
      '0 0 31 2 *',
      '__proto__',
      'a=b|c',
      '"',
      '\n',
      '""x',
    ),
  );

  test('CSV', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 11 }), { maxLength: 6 }), async (rows) => {
        const told = await files.problems('fuzz.csv', [COLUMNS, ...rows].map((row) => row.join(',')).join('\n'));
        for (const problem of told) expect(problem).toMatch(/^fuzz\.csv(?::\d+)*: |^… and /);
      }),
      { numRuns: 60 },
    );
  });

  test.each(['csv', 'yaml'])('bytes as .%s', async (ending) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await files.problems(`bytes.${ending}`, bytes);
      }),
      { numRuns: 60 },
    );
  });

  test('YAML', async () => {
    const value = fc.oneof(
      cell,
      fc.json({ maxDepth: 2 }),
      fc.constantFrom('[192.0.2.1]', '{ webpro: 1 }', '{ a: [b] }', 'null'),
    );
    const keys = fc.constantFrom(
      'id',
      'address',
      'profile',
      'services',
      'sources',
      'source',
      'group',
      'schedule',
      'timeZone',
      'authorization',
      'x',
    );
    const pairs = fc.array(fc.tuple(keys, value), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(pairs, { maxLength: 3 }), pairs, async (entries, defaults) => {
        const map = (list: readonly (readonly [string, string])[]) =>
          `{ ${list.map(([k, v]) => `${k}: ${v}`).join(', ')} }`;
        const text = `defaults: ${map(defaults)}\nclients:\n${entries.map((entry) => `  - ${map(entry)}\n`).join('')}`;
        for (const problem of await files.problems('fuzz.yaml', text))
          expect(problem).toMatch(/^fuzz\.yaml(?::\d+)*: |^… and /);
      }),
      { numRuns: 60 },
    );
  });
});
