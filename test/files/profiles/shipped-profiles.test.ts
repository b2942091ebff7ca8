import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { listProfiles, loadProfile, validateProfile } from '../../../src/files/profiles/profile.js';
import type { Access } from '../../../src/model/profile.js';

const FOLDER = new URL('../../../profiles/', import.meta.url);
const NAMES = ['closed', 'registered-trunk', 'remote-maintenance', 'remote-nec-phones', 'sip-trunk', 'third-party-sip'];

/** Access that is not `must-not`, as `service source access`. */
async function openings(name: string): Promise<string[]> {
  const { services } = await loadProfile(name);
  return services.flatMap(({ id, access }) =>
    Object.entries(access).flatMap(([source, word]: [string, Access]) =>
      word === 'must-not' ? [] : [`${id} ${source} ${word}`],
    ),
  );
}

test('all are listed, with a title', async () => {
  const listed = await listProfiles();
  expect(listed.map(({ name }) => name)).toEqual(NAMES);
  expect((await readdir(FOLDER)).sort()).toEqual(['checklists', ...NAMES.map((name) => `${name}.yaml`)]);
  for (const { title } of listed) expect(title).toMatch(/\w{3}/);
});

describe.each(NAMES)('%s', (name) => {
  test('is valid, built in, and named as its file', async () => {
    expect(await validateProfile(name)).toEqual([]);
    expect(await loadProfile(name)).toMatchObject({ name, file: null, unlisted: 'must-not' });
  });

  test('says when it fits, and has a description', async () => {
    expect(await readFile(new URL(`${name}.yaml`, FOLDER), 'utf8')).toMatch(/^# yaml-language-server.*\n#\n# Fits /);
    expect((await loadProfile(name)).description).toMatch(/\w{3}/);
  });
});

test.each([
  ['closed', []],
  ['registered-trunk', []],
  ['sip-trunk', ['sip-trunk provider must', 'rtp provider may']],
  [
    'remote-nec-phones',
    ['nec-ip-phone phones must', 'nec-ip-phone outsider may', 'rtp phones may', 'rtp outsider may'],
  ],
  [
    'third-party-sip',
    ['sip-3rd-party phones must', 'sip-3rd-party outsider may', 'rtp phones may', 'rtp outsider may'],
  ],
  ['remote-maintenance', ['webpro dealer must', 'pcpro dealer must']],
])('%s opens what it says and nothing else', async (name, expected) => {
  expect(await openings(name)).toEqual(expected);
});

test('the examples of the documentation are valid', async () => {
  const text = await readFile(new URL('../../../docs/profiles.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
  const folder = await mkdtemp(join(tmpdir(), 'examples-'));
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    await writeFile(join(folder, 'example.yaml'), example);
    expect(await validateProfile(join(folder, 'example.yaml'))).toEqual([]);
  }
  await rm(folder, { recursive: true });
});
