import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadInventory } from '../../../src/files/clients/inventory.js';
import { listRoster } from '../../../src/fleet/sweep/roster.js';
import { answer, site, survey } from '../../check/rules/build-survey.js';
import { addSweep, client } from '../../cli/filled-store.js';
import { servePages, type ServeSetup } from '../serve.js';

const AT = new Date(Date.now() - 3_600_000).toISOString();
const EXPOSED = survey(site(answer('tcp/80', 'nec-webpro')));
const CLOSED = survey(site());
const HOSTILE = `<script>alert(1)</script>"'\u202e\x1b[31m`;

/** Pages of a few clients: one exposed, one as agreed, one that was never checked. */
async function serveFew(setup: ServeSetup = {}) {
  const served = await servePages(setup);
  await addSweep(join(served.directory, 'store.sqlite'), AT, [
    { client: client('acme', { name: 'Acme Dental', group: 'north', addresses: ['203.0.113.7'] }), survey: EXPOSED },
    { client: client('zeta', { name: HOSTILE, group: 'south' }), survey: CLOSED, slot: '203.0.113.8' },
  ]);
  return served;
}

/** The text of a page, without its tags. */
const read = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('the page of all clients', () => {
  test('has the worst first, with counts and what is wrong', async () => {
    const { browse } = await serveFew();
    const { status, text } = await browse('/');
    expect(status).toBe(200);
    const plain = read(text);
    expect(plain).toMatch(/1 Action needed .* 1 As agreed/);
    expect(plain).toMatch(
      /Acme Dental north 203\.0\.113\.7 .*Action needed CRITICAL WebPro administration \(HTTP\) is reachable on tcp\/80 2/,
    );
    expect(plain.indexOf('Acme Dental')).toBeLessThan(plain.indexOf('203.0.113.8'));
    expect(text).toContain('<a href="/clients/acme">');
  });

  test('calls a client what the inventory calls it now, and finds it by that', async () => {
    const { browse, store } = await serveFew();
    const renamed = client('acme', { name: 'Acme Smiles', group: 'west', addresses: ['203.0.113.7'] });
    await store.putRoster('/clients.yaml', listRoster([renamed]));
    expect(read((await browse('/?search=smiles&group=west')).text)).toMatch(
      /Acme Smiles west 203\.0\.113\.7 .*Action needed/,
    );
    expect((await browse('/?group=north')).text).toContain('No client is like that.');
  });

  test('can be filtered by the profiles that clients were checked by, where there are several', async () => {
    const { browse } = await serveFew();
    expect((await browse('/')).text).not.toContain('name="profile"');
    const two = await servePages();
    const looks = { client: client('acme'), survey: CLOSED };
    await addSweep(two.store.path, AT, [looks]);
    await addSweep(two.store.path, AT, [
      { ...looks, client: client('open'), slot: '203.0.113.9', profile: 'sip-trunk' },
    ]);
    expect((await two.browse('/?profile=sip-trunk')).text).toMatch(
      /<select id="profile"[^]*<option value="closed">closed<\/option><option value="sip-trunk" selected>/,
    );
  });

  test('shows no text of others as markup, and nothing that misleads the eye', async () => {
    const { browse } = await serveFew();
    const { text } = await browse('/');
    expect(text).toContain('&lt;script>alert(1)&lt;/script>');
    expect(text).toContain('\\u{202e}\\x1b[31m');
    for (const unsafe of ['<script>alert', '\u202e', '\x1b']) expect(text).not.toContain(unsafe);
  });

  test.each([
    ['?standing=violation', ['Acme'], ['203.0.113.8']],
    ['?standing=compliant', ['203.0.113.8'], ['Acme']],
    ['?search=ACME', ['Acme'], ['203.0.113.8']],
    ['?search=%25', ['No client is like that'], ['Acme', '203.0.113.8']],
    ['?search=%27%20or%201%3D1%20--', ['No client is like that'], ['Acme']],
    ['?group=south&search=', ['203.0.113.8'], ['Acme Dental']],
    ['?service=webpro', ['Acme'], ['203.0.113.8']],
    ['?service=sip-trunk', ['No client is like that'], ['Acme Dental']],
    ['?sort=name&tag=', ['Acme'], []],
  ])('is filtered by %s', async (query, shown, hidden) => {
    const { browse } = await serveFew();
    const plain = read((await browse(`/${query}`)).text);
    for (const text of shown) expect(plain).toContain(text);
    for (const text of hidden) expect(plain).not.toContain(text);
  });

  test('is a grid of tiles instead, with the same filters, and the switch keeps them', async () => {
    const { browse } = await serveFew();
    const grid = (await browse('/?view=grid&group=north')).text;
    const [, tiles = ''] = /<ul class="tiles"[^>]*>(.*?)<\/ul>/.exec(grid) ?? [];
    expect(tiles.match(/<li class="violation">/g)).toHaveLength(1);
    expect(tiles).toMatch(/<svg[^>]*aria-hidden="true"/);
    expect(read(tiles)).toMatch(/Action needed Acme Dental 203\.0\.113\.7 .*CRITICAL WebPro.* Since \d{4}-/);
    expect(grid).not.toContain('<table class="stack');
    expect(grid).toContain('<a href="/?group=north">Table</a>');
    expect(grid).toMatch(/<a href="\/\?group=north&amp;view=grid" aria-current="true">Grid<\/a>/);
    expect(grid).toContain('<input type="hidden" name="view" value="grid"/>');
    expect(grid).toMatch(/href="[^"]*view=grid&amp;standing=compliant"|href="[^"]*standing=compliant[^"]*view=grid"/);
    const all = (await browse('/?view=grid')).text;
    expect(all).toContain('<li class="info">');
    expect(all).toContain('&lt;script>alert(1)&lt;/script>');
    expect(read((await browse('/?view=grid&search=%25')).text)).toContain('No client is like that.');
  });

  test.each(['?standing=fine', '?sort=random', '?offset=-1', '?offset=x', `?search=${'x'.repeat(300)}`])(
    'refuses %s with a sentence',
    async (query) => {
      const { browse, troubles } = await serveFew();
      const { status, text } = await browse(`/${query}`);
      expect(status).toBe(400);
      expect(text).toContain('That did not work');
      expect(troubles).toEqual([]);
    },
  );

  test('is given in parts', async () => {
    const { browse, directory } = await servePages();
    const seen = Array.from({ length: 60 }, (_, n) => {
      const id = `c${String(n).padStart(2, '0')}`;
      return { client: client(id, { name: `Name ${id}` }), survey: CLOSED };
    });
    await addSweep(join(directory, 'store.sqlite'), AT, seen);
    const first = await browse('/?sort=name');
    expect(read(first.text)).toContain('1 to 50 of 60 addresses');
    expect(first.text).toContain('href="/?sort=name&amp;offset=50"');
    const second = read((await browse('/?sort=name&offset=50')).text);
    expect(second).toContain('51 to 60 of 60 addresses');
    expect(second).toContain('Name c59');
    expect(second).not.toContain('Name c49');
  });

  test('says why a client is not checked, and does not count it as agreed', async () => {
    const { browse, store, file } = await servePages({
      inventory: 'clients: [{ id: acme, name: Acme, address: 203.0.113.7 }]',
    });
    await store.putRoster(file, listRoster((await loadInventory(file)).clients));
    const plain = read((await browse('/')).text);
    expect(plain).toMatch(/1 Not checked 0 As agreed/);
    expect(plain).toContain('not checked: no authorisation is given');
  });
});
