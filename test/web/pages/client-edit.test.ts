import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ServeSetup, servePages } from '../serve.js';

const YAML = `# Clients of Ann
defaults:
  authorization: { by: Ann, reference: T1 }
clients:
  - id: acme # the first
    name: Acme Dental
    address: 127.0.0.11
  # Söhne
  - { id: bolt, name: 'Bolt & Söhne', address: 127.0.0.12 }
`;

const ENTRY = 'id: acme # the first\nname: Acme Dental\naddress: 127.0.0.11';

async function serveEdit(setup: ServeSetup = {}) {
  const served = await servePages({ inventory: YAML, ...setup });
  const open = async (id = 'acme', headers = {}): Promise<string> => {
    const { text } = await served.browse(`/clients/${id}/edit`, { headers });
    return /name="version" value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
  };
  const read = () => readFile(served.file, 'utf8');
  return { ...served, open, read };
}

describe('the inventory’s entry of a client', () => {
  test('is shown as it is in the file, and written with all else as it was', async () => {
    const { browse, submit, open, read } = await serveEdit();
    const page = await browse('/clients/acme/edit');
    expect(page.text).toContain(`\n${ENTRY}</textarea>`);
    expect(page.text).toContain('from line 5');
    const edited = ENTRY.replace('Dental', 'Dental & Söhne').replaceAll('\n', '\r\n') + '\r\ntags: [gold]\r\n';
    const done = await submit('/clients/acme/edit', { version: await open(), 'part-0': edited });
    expect([done.status, done.headers.location]).toEqual([303, '/clients/acme?done=edited#main']);
    expect(await read()).toBe(
      YAML.replace('name: Acme Dental', 'name: Acme Dental & Söhne').replace('.11\n', '.11\n    tags: [gold]\n'),
    );
    expect((await browse('/clients/acme')).text).toContain('Acme Dental &amp; Söhne');
  });

  test('tells all mistakes at once', async () => {
    const { submit, open } = await serveEdit();
    const edited = `${ENTRY.replace('127.0.0.11', '127.0.0.12')}\npauzed: true\nschedule: never\nauthorization: { by: B }`;
    const { text } = await submit('/clients/acme/edit', { version: await open(), 'part-0': edited });
    for (const words of [/pauzed/, /schedule/, /reference/, /127\.0\.0\.12.*(?:bolt|twice)/])
      expect(text).toMatch(words);
  });

  test.each([
    ['a mistake has its line', ENTRY.replace('127.0.0.11', '127.0.0.999'), /clients\.yaml:7:\d+: .*127\.0\.0\.999/],
    ['a key that there is not', `${ENTRY}\npauzed: true`, /clients\.yaml:8:\d+: .*pauzed/],
    ['no YAML', 'id: [', /clients\.yaml:\d+:\d+: /],
    ['another id', ENTRY.replace('acme', 'acne'), /id has to stay &quot;acme&quot;/],
    ['the id of another', ENTRY.replace('acme', 'bolt'), /given twice/],
    ['another entry besides', `${ENTRY}\n- id: evil\n  address: 127.0.0.13`, /clients\.yaml:8/],
    ['nothing', '', /clients\.yaml/],
    ['markup', `${ENTRY}\n"<script>alert(1)</script>": x`, /&lt;script/],
  ])('is not written with %s, and what was typed is kept', async (_, edited, words) => {
    const { submit, open, read, directory } = await serveEdit();
    const refused = await submit('/clients/acme/edit', { version: await open(), 'part-0': edited });
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(words);
    expect(refused.text).toContain('Nothing was written');
    expect(refused.text).not.toContain('<script>alert');
    expect(refused.text).not.toContain(directory);
    if (!edited.includes('<')) expect(refused.text).toContain(edited.split('\n').at(-1)!.replaceAll('"', '&quot;'));
    expect(await read()).toBe(YAML);
    expect(await readdir(directory)).not.toContain('clients.yaml.new');
  });

  test('that someone else changed meanwhile is told with both texts, and can then be written', async () => {
    const { submit, open, read } = await serveEdit();
    const version = await open();
    const [mine, theirs] = [`${ENTRY}\nnotes: mine`, `${ENTRY}\nnotes: theirs`];
    await submit('/clients/acme/edit', { version, 'part-0': theirs });
    const conflict = await submit('/clients/acme/edit', { version, 'part-0': mine });
    expect(conflict.status).toBe(409);
    expect(conflict.text).toContain('notes: theirs</pre>');
    expect(conflict.text).toContain('notes: mine</textarea>');
    expect(await read()).toContain('notes: theirs');
    const [, again = ''] = /name="version" value="(\w+)"/.exec(conflict.text) ?? [];
    expect((await submit('/clients/acme/edit', { version: again, 'part-0': mine })).status).toBe(303);
    expect(await read()).toContain('notes: mine');
  });

  test('is written beside a change of another entry', async () => {
    const { submit, open, read, file } = await serveEdit();
    const version = await open();
    await writeFile(file, YAML.replace('127.0.0.12', '127.0.0.22').replace('# Clients', '\n\n# Clients'));
    const done = await submit('/clients/acme/edit', { version, 'part-0': `${ENTRY}\npaused: true` });
    expect(done.status).toBe(303);
    expect(await read()).toMatch(/127\.0\.0\.22[^]*/);
    expect(await read()).toContain('paused: true');
  });

  test('is refused while the file is being changed', async () => {
    const { submit, open, read, file } = await serveEdit();
    const version = await open();
    await writeFile(`${file}.new`, '');
    const refused = await submit('/clients/acme/edit', { version, 'part-0': `${ENTRY}\npaused: true` });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('is being changed');
    expect(await read()).toBe(YAML);
  });

  test('stays behind a link, with the mode of the file', async () => {
    const { submit, open, file, directory } = await serveEdit();
    await mkdir(join(directory, 'real'));
    const real = join(directory, 'real', 'all.yaml');
    await rename(file, real);
    await symlink(real, file);
    await chmod(real, 0o640);
    await submit('/clients/acme/edit', { version: await open(), 'part-0': `${ENTRY}\npaused: true` });
    expect(await readFile(real, 'utf8')).toContain('paused: true');
    expect((await stat(real)).mode & 0o777).toBe(0o640);
  });

  test('can be put right where it has a mistake', async () => {
    const { submit, file, read } = await serveEdit();
    const { readEntry } = await import('../../../src/files/clients/edit-inventory.js');
    await writeFile(file, YAML.replace('127.0.0.11', '127.0.0.999'));
    const { version } = (await readEntry(file, 'acme'))!;
    expect((await submit('/clients/acme/edit', { version, 'part-0': ENTRY })).status).toBe(303);
    expect(await read()).toBe(YAML);
  });

  test('is for admins, and from no other site', async () => {
    const { submit, browse, signIn, read, open } = await serveEdit({ withTokens: true });
    const admin = { cookie: await signIn('admin') };
    const fields = { version: await open('acme', admin), 'part-0': `${ENTRY}\npaused: true` };
    for (const role of ['viewer', 'operator'] as const) {
      const headers = { cookie: await signIn(role) };
      expect((await browse('/clients/acme/edit', { headers })).status).toBe(403);
      expect((await submit('/clients/acme/edit', fields, { headers })).status).toBe(403);
      expect((await browse('/clients/acme', { headers })).text).not.toContain('/clients/acme/edit');
    }
    const evil = { ...admin, origin: 'https://evil.example' };
    expect((await submit('/clients/acme/edit', fields, { headers: evil })).status).toBe(403);
    expect(await read()).toBe(YAML);
    expect((await submit('/clients/acme/edit', fields, { headers: admin })).status).toBe(303);
  });

  test.each(['nobody', '..%2F..%2Fetc%2Fpasswd', '__proto__'])('is not there for %s', async (id) => {
    const { browse, submit } = await serveEdit();
    expect((await browse(`/clients/${id}/edit`)).status).toBe(404);
    expect((await submit(`/clients/${id}/edit`, { version: '0'.repeat(64), 'part-0': 'x' })).status).toBe(404);
  });
});
