import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parsePrivateKey, type SigningKey } from '../../src/evidence/keys.js';
import { appendSignature, signJson } from '../../src/evidence/sign-document.js';
import { jsonFile, page, pdf, signing } from '../evidence/signing.js';
import { createFiles, runHere } from './run.js';

const files = createFiles();
const at = (name: string) => join(files.directory, name);
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

/** Makes a key by the command line. */
async function makeKey(name: string, ...args: string[]): Promise<SigningKey> {
  const { code, stderr } = await runHere(['key', 'new', '-o', at(name), ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return parsePrivateKey(readFileSync(at(name), 'utf8'))!;
}

describe('key new', () => {
  test('writes both keys, the private one for its owner only, and prints nothing of it', async () => {
    const before = process.umask(0);
    const { code, stdout, stderr } = await runHere(['key', 'new', '-o', at('new.pem'), '--owner', 'Bäckerei & Söhne']);
    process.umask(before);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const key = parsePrivateKey(readFileSync(at('new.pem'), 'utf8'));
    expect(key?.owner).toBe('Bäckerei & Söhne');
    expect(stdout).toBe(
      `key          ${key?.id}\nowner        Bäckerei & Söhne\nprivate key  ${at('new.pem')}\npublic key   ${at('new.pem.pub')}\n`,
    );
    expect([modeOf(at('new.pem')), modeOf(at('new.pem.pub'))]).toEqual(['600', '644']);
    expect(readFileSync(at('new.pem.pub'), 'utf8')).not.toContain('PRIVATE');
  });

  test('replaces no file without --force, and then both', async () => {
    const old = await makeKey('there.pem');
    for (const name of ['there.pem', 'other.pem']) {
      if (name === 'other.pem') writeFileSync(at('other.pem.pub'), 'mine');
      const { code, stderr } = await runHere(['key', 'new', '-o', at(name)]);
      expect(code).toBe(2);
      expect(stderr).toContain('exists already; --force replaces it');
    }
    expect(existsSync(at('other.pem'))).toBe(false);
    expect(parsePrivateKey(readFileSync(at('there.pem'), 'utf8'))?.id).toBe(old.id);
    chmodSync(at('there.pem'), 0o644);
    const renewed = await makeKey('there.pem', '--force');
    expect(renewed.id).not.toBe(old.id);
    expect(readFileSync(at('there.pem.pub'), 'utf8')).toContain(renewed.id);
    expect(modeOf(at('there.pem'))).toBe('600');
    expect(existsSync(at('there.pem.new'))).toBe(false);
  });

  test('goes beside the store if no file is named', async () => {
    const store = at('data/sallyport/store.sqlite');
    const { code } = await runHere(['key', 'new'], { env: { SALLYPORT_STORE: store } });
    expect(code).toBe(0);
    expect(modeOf(join(dirname(store), 'signing-key.pem'))).toBe('600');
    expect(modeOf(dirname(store))).toBe('700');
    const shown = await runHere(['key', 'show'], { env: { SALLYPORT_STORE: store } });
    expect(shown.stdout).toBe(readFileSync(join(dirname(store), 'signing-key.pem.pub'), 'utf8'));
  });

  test.each([
    [['--owner', ''], '--owner: a value is missing'],
    [['--owner', 'a\nb'], '--owner: expected one line of at most 128 characters'],
    [['--owner', 'x'.repeat(129)], '--owner: expected one line of at most 128 characters'],
    [['-o', '-'], '--output: a private key is not printed; name a file'],
    [['-o', '/nonexistent/key.pem'], '/nonexistent/key.pem: cannot be written: no such directory'],
  ])('%j is refused', async (args, problem) => {
    const output = args.includes('-o') ? [] : ['-o', at('refused.pem')];
    expect(await runHere(['key', 'new', ...output, ...args])).toEqual({
      code: 2,
      stdout: '',
      stderr: `sallyport: ${problem}\n`,
    });
    expect(existsSync(at('refused.pem'))).toBe(false);
  });
});

describe('key show', () => {
  test('prints the public key of either file', async () => {
    await makeKey('show.pem', '--owner', 'Example');
    const text = readFileSync(at('show.pem.pub'), 'utf8');
    for (const name of ['show.pem', 'show.pem.pub'])
      expect(await runHere(['key', 'show', at(name)])).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  test.each([0o640, 0o604, 0o620, 0o601])('refuses a private key of mode %o', async (mode) => {
    await makeKey('open.pem', '--force');
    chmodSync(at('open.pem'), mode);
    const { code, stdout, stderr } = await runHere(['key', 'show', at('open.pem')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('use chmod 600');
  });

  test('refuses what is no key', async () => {
    const file = files.write('no.pem', 'nothing\n');
    expect((await runHere(['key', 'show', file])).stderr).toBe(`sallyport: ${file}: no key (Ed25519, PEM)\n`);
    expect((await runHere(['key', 'show', at('none.pem')])).code).toBe(2);
  });
});

describe('verify', () => {
  let key: SigningKey;
  let other: SigningKey;
  const html = at('report.html');

  beforeAll(async () => {
    key = await makeKey('sign.pem', '--owner', 'Example Telecom');
    other = await makeKey('other-sign.pem');
    writeFileSync(html, appendSignature(page, 'html', { ...signing, key }));
    writeFileSync(at('report.pdf'), appendSignature(pdf, 'pdf', { ...signing, key }));
    writeFileSync(at('report.json'), jsonFile);
    writeFileSync(at('report.json.sig'), signJson(jsonFile, { ...signing, key }));
  });

  const verify = (file: string, ...args: string[]) => runHere(['verify', at(file), ...args]);
  const tell = async (file: string, ...args: string[]) => {
    const { code, stdout, stderr } = await verify(file, ...args, '--format', 'json');
    expect(stderr).toBe('');
    const { worth, altered, report } = JSON.parse(stdout) as Record<string, unknown>;
    return { code, worth, altered, report };
  };

  test.each(['report.html', 'report.pdf', 'report.json'])('%s is genuine if the key is known', async (name) => {
    for (const trust of [key.id, key.id.replaceAll('-', '').toUpperCase(), at('sign.pem.pub')]) {
      const { code, stdout, stderr } = await verify(name, '--key', trust);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('✔ GENUINE');
      for (const said of ['Bäckerei Ähre (bakery)', '203.0.113.7: VIOLATION, 2026-01-05 10:22:31 UTC', key.id])
        expect(stdout).toContain(said);
      expect(stdout).toContain('Example Telecom, as the owner says');
    }
    expect(await tell(name, '--key', other.id, '--key', key.id)).toMatchObject({ code: 0, worth: 'genuine' });
  });

  test('a folder of public keys can be trusted', async () => {
    mkdirSync(at('trusted'));
    expect((await verify('report.html', '--key', at('trusted'))).code).toBe(2);
    for (const name of ['sign.pem.pub', 'other-sign.pem.pub'])
      writeFileSync(at(`trusted/${name}`), readFileSync(at(name)));
    expect(await tell('report.html', '--key', at('trusted'))).toMatchObject({ code: 0, worth: 'genuine' });
  });

  test('without a key to compare with, an intact file is no all-clear', async () => {
    const { code, stdout } = await verify('report.html');
    expect(code).toBe(3);
    expect(stdout).toContain('anyone can make a key');
    expect(stdout).not.toContain('GENUINE');
    expect(await tell('report.html')).toEqual({ code: 3, worth: 'unvouched', altered: null, report: null });
  });

  test('another key than that asked for is refused', async () => {
    expect(await tell('report.html', '--key', other.id)).toMatchObject({ code: 1, worth: 'other-key' });
    expect((await verify('report.html', '--key', at('other-sign.pem.pub'))).stdout).toContain('✖ OTHER KEY');
  });

  test('an altered file is refused, whichever key is given', async () => {
    const altered = Buffer.from(readFileSync(html));
    altered[30]! ^= 1;
    writeFileSync(at('altered.html'), altered);
    expect(await tell('altered.html')).toMatchObject({ code: 1, worth: 'altered', altered: 'bytes' });
    expect(await tell('altered.html', '--key', key.id)).toMatchObject({ code: 1, worth: 'altered' });
    const { stdout } = await verify('altered.html', '--key', key.id);
    expect(stdout).toContain('✖ ALTERED');
    expect(stdout).not.toContain('GENUINE');
  });

  test('a page can be compared with the data of the report', async () => {
    const report = { file: at('report.json'), matches: true };
    expect(await tell('report.html', '--key', key.id, '--report', at('report.json'))).toMatchObject({
      code: 0,
      report,
    });
    const another = files.write('another.json', '{"verdict":"compliant"}');
    expect(await tell('report.pdf', '--key', key.id, '--report', another)).toMatchObject({
      code: 1,
      worth: 'other-report',
      report: { file: another, matches: false },
    });
    expect((await verify('report.html', '--report', html)).code).toBe(2);
  });

  test('the signature of a file of JSON may be elsewhere', async () => {
    renameSync(at('report.json.sig'), at('moved.sig'));
    const { code, stdout, stderr } = await verify('report.json', '--key', key.id);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('has no signature');
    expect(await tell('report.json', '--key', key.id, '--signature', at('moved.sig'))).toMatchObject({ code: 0 });
    expect(await tell('report.html', '--key', key.id, '--signature', at('moved.sig'))).toMatchObject({
      altered: 'bytes',
    });
    renameSync(at('moved.sig'), at('report.json.sig'));
  });

  test.each([
    ['a file without a signature', ['plain.html'], 'has no signature'],
    ['a signature', ['report.json.sig'], 'is a signature: name the file that it belongs to'],
    ['no file', ['none.html'], 'no such file'],
    ['a key that is none', ['report.html', '--key', 'nobody'], 'neither the id of a key nor a file'],
  ])('%s is exit code 2', async (_what, [file = '', ...args], problem) => {
    files.write('plain.html', '<p>\n');
    const { code, stdout, stderr } = await verify(file, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(problem);
  });

  test('what a signer says is escaped', async () => {
    const client = { id: 'a', name: '\x1b[31mred\u202e' };
    writeFileSync(at('hostile.html'), appendSignature(page, 'html', { ...signing, client, key }));
    const { stdout } = await verify('hostile.html', '--key', key.id);
    expect(stdout).toContain('\\x1b[31mred\\u{202e} (a)');
    expect(stdout).not.toContain('\x1b');
  });
});
