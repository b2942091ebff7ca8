import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../../src/files/text/input-error.js';
import {
  addToken,
  hashToken,
  loadTokenFile,
  parseTokens,
  readTokenFile,
  revokeToken,
  type TokenEntry,
} from '../../../src/files/server/token-file.js';
import { CODE_POINT } from '../../words/code-point.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tokens-'))));
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
async function write(text: string, mode = 0o600): Promise<string> {
  const file = join(folder, `tokens-${count++}`);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

const HEX = hashToken('a').toString('hex');
const OTHER = hashToken('b').toString('hex');
const entry = (name: string, until: string | null = null): TokenEntry => ({
  name,
  hash: hashToken(name),
  until,
  role: null,
});

describe('a file of tokens', () => {
  test('has a line for each token, and comments', async () => {
    const file = await write(
      `\uFEFF# ours\r\nann sha256:${HEX} role:admin\r\n\r\n\tbob.2_x-y  sha256:${OTHER.toUpperCase()} until:2027-02-28 # until spring\n`,
    );
    expect(await loadTokenFile(file)).toEqual({
      entries: [
        { name: 'ann', hash: Buffer.from(HEX, 'hex'), until: null, role: 'admin' },
        { name: 'bob.2_x-y', hash: Buffer.from(OTHER, 'hex'), until: '2027-02-28', role: null },
      ],
      notes: [],
    });
  });

  test('tells all its mistakes at once, with their places', () => {
    const text = [
      `ann sha256:${HEX}`,
      `ann sha256:${OTHER}`,
      `-x sha256:${HEX}`,
      'bob',
      `  bob md5:${HEX}`,
      `bob sha256:${HEX.slice(1)}`,
      `bob sha256:${HEX} until:2027-02-30`,
      `bob sha256:${HEX} forever`,
      `bob sha256:${HEX} until:2027-02-28 x`,
      `bob sha256:${HEX} role:root`,
      `bob sha256:${HEX} role:viewer role:admin`,
      `bob # sha256:${HEX}`,
    ].join('\n');
    expect(() => parseTokens(text, 'tokens')).toThrow(
      [
        'tokens:2:1: name "ann" is there already',
        'tokens:3:1: bad name "-x": letters, digits, dots, hyphens and underscores, at most 64, a letter or digit first',
        'tokens:4:1: expected NAME sha256: and 64 hexadecimal digits',
        'tokens:5:7: expected NAME sha256: and 64 hexadecimal digits',
        'tokens:6:5: expected NAME sha256: and 64 hexadecimal digits',
        'tokens:7:77: expected until: and a day such as 2027-06-30, once',
        'tokens:8:77: unexpected "forever"',
        'tokens:9:94: unexpected "x"',
        'tokens:10:77: expected role: and one of viewer, operator, admin, once',
        'tokens:11:89: expected role: and one of viewer, operator, admin, once',
        'tokens:12:1: expected NAME sha256: and 64 hexadecimal digits',
      ].join('\n'),
    );
  });

  test('of any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: CODE_POINT, maxLength: 400 }), (text) => {
        try {
          parseTokens(text, 'tokens');
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });

  test('that is empty lets nobody in, and says so', async () => {
    const file = await write('# nobody\n');
    expect(await loadTokenFile(file)).toEqual({
      entries: [],
      notes: [`${file}: contains no token, so no one is admitted`],
    });
  });

  test('must not be for others to write', async () => {
    for (const mode of [0o620, 0o602, 0o666])
      await expect(loadTokenFile(await write(`ann sha256:${HEX}\n`, mode))).rejects.toThrow(
        /users other than its owner can write/,
      );
    const file = await write(`ann sha256:${HEX}\n`, 0o644);
    expect((await loadTokenFile(file)).notes).toEqual([
      `${file}: every user of this machine can read it: use chmod 600`,
    ]);
    expect((await loadTokenFile(await write(`ann sha256:${HEX}\n`, 0o640))).notes).toEqual([]);
  });

  test('must be there, and not too large', async () => {
    await expect(loadTokenFile(join(folder, 'none'))).rejects.toThrow(/none: no such file$/);
    await expect(loadTokenFile(folder)).rejects.toThrow(/is a directory$/);
    await expect(loadTokenFile(await write('#'.repeat(300_000)))).rejects.toThrow(/larger than 262144 bytes$/);
  });
});

describe('adding a token', () => {
  test('makes the file for its owner alone, and keeps what is there', async () => {
    const file = join(folder, 'new');
    await addToken(file, entry('ann'));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    await addToken(file, entry('bob', '2027-06-30'));
    expect(await readFile(file, 'utf8')).toBe(
      `${before}bob sha256:${hashToken('bob').toString('hex')} until:2027-06-30\n`,
    );
    expect((await loadTokenFile(file)).entries).toEqual([entry('ann'), entry('bob', '2027-06-30')]);
    await expect(addToken(file, entry('ann'))).rejects.toThrow(/new: has a token "ann" already/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  test('begins a line, keeps comments, the mode and the link', async () => {
    const file = await write(`# ours\r\nann sha256:${HEX} # the first`, 0o640);
    const link = join(folder, 'link');
    await symlink(file, link);
    await addToken(link, entry('bob'));
    expect(await readFile(file, 'utf8')).toMatch(
      /^# ours\r\nann sha256:[0-9a-f]{64} # the first\nbob sha256:[0-9a-f]{64}\n$/,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  test('leaves a broken file as it is', async () => {
    const file = await write('ann md5:x\n');
    await expect(addToken(file, entry('bob'))).rejects.toThrow(/:1:5: expected NAME/);
    expect(await readFile(file, 'utf8')).toBe('ann md5:x\n');
    await expect(addToken(join(folder, 'no', 'where'), entry('bob'))).rejects.toThrow(/no such directory$/);
  });

  test('is done one after the other', async () => {
    const file = await write('');
    await writeFile(`${file}.new`, '');
    await expect(addToken(file, entry('ann'))).rejects.toThrow(
      /is being changed; if that was cut off, delete .*\.new$/,
    );
    await rm(`${file}.new`);
    const names = Array.from({ length: 8 }, (_, index) => `n${index}`);
    const results = await Promise.allSettled(names.map((name) => addToken(file, entry(name))));
    const added = names.filter((_, index) => results[index]!.status === 'fulfilled');
    expect((await loadTokenFile(file)).entries.map(({ name }) => name).sort()).toEqual(added);
    expect(added.length).toBeGreaterThan(0);
  });
});

describe('revoking a token', () => {
  test('takes out its line alone', async () => {
    const file = await write(`# ours\nann sha256:${HEX}\n\nbob sha256:${OTHER} # Bob\n# ann was here`);
    await revokeToken(file, 'ann');
    expect(await readFile(file, 'utf8')).toBe(`# ours\n\nbob sha256:${OTHER} # Bob\n# ann was here`);
    await expect(revokeToken(file, 'ann')).rejects.toThrow(/has no token "ann"$/);
    await revokeToken(file, 'bob');
    expect((await loadTokenFile(file)).entries).toEqual([]);
    await expect(revokeToken(join(folder, 'none'), 'ann')).rejects.toThrow(/none: no such file$/);
  });
});

describe("a caller's token", () => {
  test.each(['spt_x', 'spt_x\n', '\uFEFF spt_x \r\n\r\n'])('is read from %j', async (text) => {
    expect(await readTokenFile(await write(text))).toBe('spt_x');
  });

  test.each([
    ['', /: is empty: expected a token$/],
    [' \n\n', /: is empty: expected a token$/],
    ['spt_x\nspt_y\n', /:2:1: expected one line with a token$/],
    ['spt x', /:1:1: a token has neither spaces nor special characters$/],
    ['spt_\u00e4', /:1:1: a token has neither/],
    ['s'.repeat(257), /:1:1: a token has at most 256 characters$/],
    ['s'.repeat(20_000), /larger than 16384 bytes$/],
  ])('is not read from %j', async (text, problem) => {
    const read = readTokenFile(await write(text));
    await expect(read).rejects.toThrow(problem);
    await expect(read).rejects.toBeInstanceOf(InputError);
    if (text !== '') await expect(read).rejects.not.toThrow(text);
  });

  test('is never longer than one that is shown', async () => {
    await expect(readTokenFile(join(folder, 'none'))).rejects.toThrow(/no such file$/);
  });
});
