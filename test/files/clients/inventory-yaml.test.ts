import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inventoryTemplate } from '../../../src/files/clients/inventory-text.js';
import { createInventories } from './inventory-files.js';

const files = createInventories();
const problems = (...lines: string[]) => files.problems('clients.yaml', lines.join('\n'));
const load = (...lines: string[]) => files.load('clients.yaml', lines.join('\n'));

describe('inheritance', () => {
  test('the client before its group, the group before the defaults', async () => {
    const { clients, groups, format, file } = await load(
      'version: 1',
      'defaults:',
      '  profile: sip-trunk',
      '  services: { webpro: 8081, pcpro: 8010 }',
      '  sources: { provider: 192.0.2.128/25, dealer: [198.51.100.9] }',
      '  schedule: 0 3 * * *',
      '  timeZone: Europe/Berlin',
      '  authorization: { by: the dealer, reference: Contract 1, until: 2027-01-31 }',
      '  contacts: [a@example.com]',
      '  tags: all',
      'groups:',
      '  north:',
      '    title: Northern branch',
      '    services: { webpro: [8082, 8083] }',
      '    schedule: "@daily"',
      '    contacts: b@example.com',
      '    tags: [cold, all]',
      '  south: {}',
      'clients:',
      '  - { id: a, address: 192.0.2.1 }',
      '  - id: b',
      '    name: The B',
      '    address: [192.0.2.2, 192.0.2.3]',
      '    group: north',
      '    services: { dim: 5964 }',
      '    source: provider',
      '    authorization: { by: The B, reference: Mail }',
      '    tags: [x]',
      '  - id: c',
      '    address: pbx.example.com',
      '    network: 198.51.100.0/24',
      '    group: south',
      '    profile: remote-maintenance',
      '    source: outsider',
      '    schedule: null',
      '    authorization: null',
      '    timeZone: UTC',
      '    paused: true',
      '    notes: |',
      '      one',
      '      two',
    );
    expect(format).toBe('yaml');
    expect(file).toBe(join(files.directory, 'clients.yaml'));
    expect(groups).toEqual([
      { id: 'north', title: 'Northern branch', schedule: '@daily', timeZone: 'Europe/Berlin' },
      { id: 'south', title: 'south', schedule: '0 3 * * *', timeZone: 'Europe/Berlin' },
    ]);
    const shared = { profile: 'sip-trunk', sources: { provider: ['192.0.2.128/25'] }, timeZone: 'Europe/Berlin' };
    const byDealer = { by: 'the dealer', reference: 'Contract 1', until: '2027-01-31' };
    expect(clients).toEqual([
      {
        ...shared,
        id: 'a',
        name: 'a',
        addresses: ['192.0.2.1'],
        network: [],
        services: { webpro: [8081], pcpro: [8010] },
        source: null,
        group: null,
        schedule: '0 3 * * *',
        authorization: byDealer,
        contacts: ['a@example.com'],
        tags: ['all'],
        paused: false,
        notes: '',
      },
      {
        ...shared,
        id: 'b',
        name: 'The B',
        addresses: ['192.0.2.2', '192.0.2.3'],
        network: [],
        services: { webpro: [8082, 8083], pcpro: [8010], dim: [5964] },
        source: 'provider',
        group: 'north',
        schedule: '@daily',
        authorization: { by: 'The B', reference: 'Mail', until: null },
        contacts: ['b@example.com'],
        tags: ['all', 'cold', 'x'],
        paused: false,
        notes: '',
      },
      {
        id: 'c',
        name: 'c',
        addresses: ['pbx.example.com'],
        network: ['198.51.100.0/24'],
        profile: 'remote-maintenance',
        services: { webpro: [8081], pcpro: [8010] },
        // What the profile of a client does not know is not inherited.
        sources: { dealer: ['198.51.100.9'] },
        source: null,
        group: 'south',
        schedule: null,
        timeZone: 'UTC',
        authorization: null,
        contacts: ['a@example.com'],
        tags: ['all'],
        paused: true,
        notes: 'one\ntwo',
      },
    ]);
  });

  test('profiles in files are found from the inventory', async () => {
    mkdirSync(join(files.directory, 'profiles'));
    const profile = join(files.directory, 'profiles', 'own.yaml');
    writeFileSync(profile, 'name: own\ntitle: Own\nextends: sip-trunk\n');
    const { clients } = await load('clients: [{ id: a, address: 192.0.2.1, profile: profiles/own.yaml }]');
    expect(clients[0]?.profile).toBe(profile);
  });
});

describe('what is wrong is told at its place', () => {
  test('the format, together with the rest of the clients that are sound', async () => {
    expect(
      await problems(
        'defualts: {}',
        'clients:',
        '  - { id: a, adress: 192.0.2.1 }',
        '  - { id: 4711, address: 192.0.2.2, authorization: { by: me } }',
        '  - { id: b, address: [], paused: maybe, timeZone: Europe/Berln }',
        '  - { id: c, address: 192.0.2.3, services: { webpro: 80x, pcpro: [0] }, sources: { provider: [x, 192.0.2.0/24, y] } }',
        '  - { id: d, address: 192.0.2.4, contacts: [d@example.com, "e@x\\r\\nBcc: f@x"], notes: "\\e[2J" }',
      ),
    ).toEqual([
      'clients.yaml:1:1: defualts: unknown key (did you mean "defaults"?)',
      'clients.yaml:3:5: clients.a: key "address" is missing',
      'clients.yaml:3:14: clients.a.adress: unknown key (did you mean "address"?)',
      'clients.yaml:4:7: clients.id: expected text; put numbers into quotes',
      'clients.yaml:4:37: clients.authorization: key "reference" is missing',
      expect.stringMatching(/^clients\.yaml:5:27: clients\.b\.paused: expected true or false/),
      'clients.yaml:5:42: clients.b.timeZone: unknown time zone "Europe/Berln" (did you mean "Europe/Berlin"?)',
      'clients.yaml:6:46: clients.c.services.webpro: expected a port, 1 to 65535',
      'clients.yaml:6:67: clients.c.services.pcpro[0]: ports are 1 to 65535',
      expect.stringMatching(/^clients\.yaml:6:95: clients\.c\.sources\.provider\[0\]: bad network "x"/),
      expect.stringMatching(/^clients\.yaml:6:112: clients\.c\.sources\.provider\[2\]: bad network "y"/),
      'clients.yaml:7:60: clients.d.contacts[1]: control characters are not allowed',
      'clients.yaml:7:80: clients.d.notes: control characters are not allowed',
    ]);
    expect(
      await problems(
        'clients:',
        '  - { id: a, address: 192.0.2.1, shedule: x }',
        '  - { id: b, address: 192.0.2.2 }',
        '  - { id: c, address: 192.0.2.2, profile: closd }',
      ),
    ).toEqual([
      'clients.yaml:2:34: clients.a.shedule: unknown key (did you mean "schedule"?)',
      'clients.yaml:4:14: clients.c.address: 192.0.2.2 is given twice: it already belongs to client "b" (line 3)',
      expect.stringMatching(/^clients\.yaml:4:34: clients\.c\.profile: no profile "closd" \(did you mean "closed"\?\)/),
    ]);
  });

  test('what does not fit together, once where it is inherited', async () => {
    files.write('own.yaml', 'name: own\ntitle: Own\nservices: { webpro: { endpoints: [tcp/0] } }\n');
    expect(
      await problems(
        'defaults: { schedule: 0 0 30 2 *, profile: ./own.yaml }',
        'groups:',
        '  north: { source: delar, services: { pcpro: 80, door: 9000 }, sources: { providr: 192.0.2.0/24 } }',
        '  south: { profile: nowhere }',
        'clients:',
        '  - { id: a, address: 192.0.2.1, group: nort }',
        '  - { id: a, address: [192.0.2.2, 192.0.2.2], group: north, profile: remote-maintenance }',
        '  - { id: c, address: 192.0.2.3, group: north, profile: closed }',
        '  - { id: d, address: 192.0.0.0/22, network: 192.0.2.0/24, profile: closed, services: { dor: 1 } }',
      ),
    ).toEqual([
      expect.stringMatching(/^clients\.yaml:1:13: defaults\.schedule: .* never occurs/),
      expect.stringMatching(/^clients\.yaml:1:35: defaults\.profile: profile ".*own\.yaml" is not valid/),
      'clients.yaml:3:12: groups.north.source: profile "remote-maintenance" has no source "delar" (did you mean "dealer"?)',
      'clients.yaml:3:12: groups.north.source: profile "closed" has no source "delar"',
      expect.stringMatching(/^clients\.yaml:3:27: groups\.north\.services: service "pcpro" cannot move to tcp\/80/),
      'clients.yaml:3:50: groups.north.services.door: no client that inherits this has a profile with such a service',
      'clients.yaml:3:75: groups.north.sources.providr: no client that inherits this has a profile with such a source',
      expect.stringMatching(/^clients\.yaml:4:12: groups\.south\.profile: no profile "nowhere"/),
      'clients.yaml:6:34: clients.a.group: there is no group "nort" (did you mean "north"?)',
      'clients.yaml:7:7: clients.a.id: "a" is given twice, first in line 6',
      'clients.yaml:7:35: clients.a.address[1]: 192.0.2.2 is given twice: it already belongs to this client (line 7)',
      'clients.yaml:9:14: clients.d.address: "192.0.0.0/22" has 1024 addresses; a client\'s network has at most 256',
      expect.stringMatching(/^clients\.yaml:9:89: clients\.d\.services\.dor: profile "closed" has no service "dor"/),
      expect.stringMatching(/^own\.yaml:3:35: services\.webpro\.endpoints\[0\]: bad port "tcp\/0"/),
    ]);
  });

  test.each([
    ['', 'expected a mapping of keys to values'],
    ['clients: 1', 'expected a list'],
    ['version: 2\nclients: []', 'version'],
    ['clients: [', 'clients.yaml:'],
    ['clients:\n  - &a { id: a }', 'anchors'],
    ['groups: { "a b": {} }\nclients: []', 'expected letters, digits'],
  ])('%j', async (text, told) => {
    expect((await problems(text)).join('\n')).toContain(told);
  });
});

test('keys of its own begin with x-, or are listed', async () => {
  const text = [
    'x-rack: 7',
    'ignore: [Colour]',
    'defaults: { x-note: 1, colour: red }',
    'groups: { north: { colour: blue, title: North } }',
    'clients: [{ id: a, address: 192.0.2.1, group: north, x-rack: [1], COLOUR: red, floor: 3 }]',
  ].join('\n');
  await expect(files.load('own.yaml', text)).rejects.toThrow(/own\.yaml:5:80: clients\.a\.floor: unknown key/);
  const { clients, groups } = await files.load('own.yaml', text, ['floor']);
  expect(clients).toMatchObject([{ id: 'a', group: 'north' }]);
  expect(groups).toMatchObject([{ id: 'north', title: 'North' }]);
  expect(await files.problems('own.yaml', text.replace('[Colour]', 'Colour'))).toContain(
    'own.yaml:2:1: ignore: expected a list',
  );
});

test('another ending is refused', async () => {
  expect(await files.problems('clients.txt', 'id,address\n')).toEqual([
    'clients.txt: an inventory ends in .yaml or .csv',
  ]);
});

test.each(['csv', 'yaml'] as const)(
  'the %s template is valid as it is, and its clients are not probed',
  async (format) => {
    const { clients } = await files.load(`template.${format}`, inventoryTemplate(format));
    expect(clients).toHaveLength(3);
    for (const client of clients) {
      expect(client.paused).toBe(true);
      expect(client.authorization).not.toBeNull();
      expect(client.addresses.join()).toMatch(/^192\.0\.2\.|^198\.51\.100\.|^203\.0\.113\.|example\.com$/);
    }
  },
);

test.each(['yaml', 'csv'])('the %s of docs/inventory.md is valid', async (language) => {
  const page = readFileSync(new URL('../../../docs/inventory.md', import.meta.url), 'utf8');
  const text = page.split(`\n\`\`\`${language}\n`)[1]?.split('\n```')[0];
  const { clients } = await files.load(`docs.${language}`, text ?? '');
  expect(clients.map(({ id }) => id)).toEqual(['baker-street', 'mill-lane']);
  expect(clients[1]).toMatchObject({ services: { pcpro: [48010, 48011] }, sources: { dealer: ['192.0.2.128/28'] } });
});

describe('other encodings than UTF-8', () => {
  const text = 'version: 1\nclients:\n  - id: a\n    name: Bäckerei\n    address: 192.0.2.1\n';

  test.each([
    ['UTF-16LE', Buffer.from(`\ufeff${text}`, 'utf16le'), ''],
    ['UTF-16LE', Buffer.from(text, 'utf16le'), ''],
    ['UTF-16BE', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), ''],
    ['Windows-1252', Buffer.from(text, 'latin1'), '; check that "Bäckerei" is right'],
  ])('%s is read, and noted', async (encoding, bytes, sample) => {
    const { clients, notes } = await files.load('sheet.yaml', bytes);
    expect(clients).toMatchObject([{ id: 'a', name: 'Bäckerei' }]);
    expect(notes).toEqual([`${files.directory}/sheet.yaml: is not UTF-8: read as ${encoding}${sample}`]);
  });

  test('UTF-8 with its byte order mark needs no note, and what goes on as something else is refused', async () => {
    expect((await files.load('mark.yaml', Buffer.from(`\ufeff${text}`))).notes).toEqual([]);
    const mixed = Buffer.concat([Buffer.from(text), Buffer.from('    notes: Müller\n', 'latin1')]);
    await expect(files.load('mixed.yaml', mixed)).rejects.toThrow('mixed.yaml:6: is not UTF-8 from here on');
  });
});

test('a day with the name of a month is refused with how to write it', async () => {
  const told = await problems(
    'version: 1',
    'clients:',
    '  - id: a',
    '    address: 192.0.2.1',
    '    authorization: { by: Ann, reference: Mail, until: 31 Dec 2030 }',
    '    silence: { by: Ann, until: 31.12.2030 }',
  );
  expect(told).toEqual([
    expect.stringMatching(/: "31 Dec 2030": write the month as a number, as in 2027-12-31$/),
    expect.stringMatching(/silence\.until: "31\.12\.2030": write 2030-12-31$/),
  ]);
});
