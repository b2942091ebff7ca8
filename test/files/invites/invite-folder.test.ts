import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCode } from '../../../src/files/invites/invite-code.js';
import { InviteFolder } from '../../../src/files/invites/invite-folder.js';
import { hashToken } from '../../../src/files/server/token-file.js';
import { loadProfile } from '../../../src/files/profiles/profile.js';
import { type InviteUsage, type NewInvite, stateOfInvite } from '../../../src/model/invite.js';

let parent: string;
beforeAll(async () => void (parent = await mkdtemp(join(tmpdir(), 'invites-'))));
afterAll(() => rm(parent, { recursive: true }));

const NOW = new Date('2026-11-30T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
let count = 0;
const openFolder = async () => {
  const path = join(parent, `folder-${count++}`);
  return { path, folder: await InviteFolder.open(path) };
};
const wanted = async (): Promise<NewInvite> => ({
  ...{ client: 'acme', profile: await loadProfile('sip-trunk'), source: 'outsider' },
  ...{ addresses: ['203.0.113.7'], createdBy: null },
});
const use: InviteUsage = {
  ...{ kind: 'check', at: NOW.toISOString(), address: '203.0.113.7' },
  ...{ secretHash: hashToken('x').toString('hex'), until: later(60).toISOString() },
};

describe('a folder of invites', () => {
  test('is for its owner alone, and the code stands nowhere in it', async () => {
    const { path, folder } = await openFolder();
    const { invite, code } = await folder.make(await wanted(), 60, NOW);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    const names = await readdir(path);
    expect(names.sort()).toEqual([`${invite.id}.open.json`, 'key'].sort());
    for (const name of names) {
      expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
      const text = await readFile(join(path, name), 'latin1');
      expect(text).not.toContain(code);
      expect(text).not.toContain(parseCode(code)!);
      // Nor what anyone could try all codes against quickly.
      expect(text).not.toContain(hashToken(parseCode(code)!).toString('hex'));
    }
    expect(await folder.find(parseCode(code)!, NOW)).toEqual(invite);
    expect(await folder.read(invite.id)).toEqual(invite);
  });

  test('others may not read is refused', async () => {
    const { path } = await openFolder();
    await chmod(path, 0o750);
    await expect(InviteFolder.open(path)).rejects.toThrow(/users other than its owner can get at the invites/);
    await expect(InviteFolder.open(join(await writeBeside('file'), 'x'))).rejects.toThrow(/cannot be read/);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  asRoot('of another user is refused: its owner could not read what is made there', async () => {
    const { path } = await openFolder();
    await chown(path, 65_534, 65_534);
    await expect(InviteFolder.open(path)).rejects.toThrow(/belongs to another user: run this as that user/);
  });

  test('of another key knows no code of it', async () => {
    const [one, other] = [await openFolder(), await openFolder()];
    const { code } = await one.folder.make(await wanted(), 60, NOW);
    expect(await other.folder.find(parseCode(code)!, NOW)).toBeNull();
    // Another process has the same key.
    expect(await (await InviteFolder.open(one.path)).find(parseCode(code)!, NOW)).not.toBeNull();
  });

  test('gets one key where many open it at once', async () => {
    const path = join(parent, 'together');
    const folders = await Promise.all(Array.from({ length: 8 }, () => InviteFolder.open(path)));
    const { code } = await folders[0]!.make(await wanted(), 60, NOW);
    for (const folder of folders) expect(await folder.find(parseCode(code)!, NOW)).not.toBeNull();
    expect((await readdir(path)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('has no invite of another id, whatever the id', async () => {
    const { path, folder } = await openFolder();
    await writeFile(join(parent, 'secret.open.json'), '{}');
    for (const id of ['../secret', '..%2fsecret', '', '0'.repeat(20), `${path}/key`, 'key', '../secret.open.json\0'])
      expect(await folder.read(id)).toBeNull();
  });

  test('says which file is damaged', async () => {
    const { path, folder } = await openFolder();
    const { invite } = await folder.make(await wanted(), 60, NOW);
    await writeFile(join(path, `${invite.id}.open.json`), '{"schema":');
    await expect(folder.read(invite.id)).rejects.toThrow(`${invite.id}.open.json: is not an invite of sallyport`);
  });
});

describe('an invite', () => {
  test('is found until it expires', async () => {
    const { folder } = await openFolder();
    const { invite, code } = await folder.make(await wanted(), 60, NOW);
    expect(await folder.find(parseCode(code)!, later(59))).not.toBeNull();
    expect(await folder.find(parseCode(code)!, later(60))).toBeNull();
    expect([stateOfInvite(invite, later(59)), stateOfInvite(invite, later(60))]).toEqual(['open', 'expired']);
  });

  test('is used once, by exactly one of many at once, and by no one after', async () => {
    const { path, folder } = await openFolder();
    const { invite, code } = await folder.make(await wanted(), 60, NOW);
    const folders = await Promise.all(Array.from({ length: 12 }, () => InviteFolder.open(path)));
    const uses = await Promise.all(folders.map((one) => one.use(invite, use)));
    expect(uses.filter((one) => one !== null)).toEqual([{ ...invite, use }]);
    expect(await folder.find(parseCode(code)!, NOW)).toBeNull();
    expect(await folder.use(invite, use)).toBeNull();
    expect(stateOfInvite((await folder.read(invite.id))!, NOW)).toBe('used');
    expect((await readdir(path)).filter((name) => name !== 'key')).toEqual([`${invite.id}.used.json`]);
  });

  test('is used up although whoever used it was killed before noting it', async () => {
    const { path, folder } = await openFolder();
    const { invite, code } = await folder.make(await wanted(), 60, NOW);
    const { rename } = await import('node:fs/promises');
    await rename(join(path, `${invite.id}.open.json`), join(path, `${invite.id}.used.json`));
    expect(await folder.find(parseCode(code)!, NOW)).toBeNull();
    expect(await folder.use(invite, use)).toBeNull();
  });

  test('gives way where there are too many, once it has expired', async () => {
    const { path, folder } = await openFolder();
    const { invite } = await folder.make(await wanted(), 60, NOW);
    const text = await readFile(join(path, `${invite.id}.open.json`), 'utf8');
    for (let index = 1; index < 1_000; index++) {
      const id = String(index).padStart(20, '0');
      await writeFile(join(path, `${id}.open.json`), text.replaceAll(invite.id, id));
    }
    await expect(folder.make(await wanted(), 60, later(59))).rejects.toThrow(/has 1000 invites that are not used/);
    await folder.make(await wanted(), 60, later(60));
    expect((await readdir(path)).filter((name) => name.endsWith('.open.json'))).toHaveLength(1);
  });
});

async function writeBeside(name: string): Promise<string> {
  const file = join(parent, name);
  await writeFile(file, '');
  return file;
}
