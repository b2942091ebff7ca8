import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchReport, verifyJson, verifyPage } from '../../src/evidence/verify-document.js';
import type { Statement } from '../../src/model/signature.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { countElements, readAttachment, readPdf } from '../reports/document/read-pdf.js';
import { hostileText } from '../reports/sample-reports.js';
import { addSweep, client } from './filled-store.js';
import { createFiles, runHere } from './run.js';

const { directory } = createFiles();
const at = (name: string) => join(directory, name);
const store = at('signed.sqlite');
const acme = client('acme', { name: 'Acme & Söhne' });
const label = `NEC WebPro ${hostileText}`.slice(0, 100);

beforeAll(async () => {
  await addSweep(store, '2026-11-02T03:00:00.000Z', [
    { client: acme, survey: survey(site(answer('tcp/80', 'nec-webpro', { label }))) },
  ]);
  expect((await runHere(['key', 'new', '-o', at('key.pem'), '--owner', 'Example'])).code).toBe(0);
});

const sign = (file: string, ...more: string[]) =>
  runHere([
    'report',
    'acme',
    '--store',
    store,
    '--pdf-browser',
    'none',
    '--sign',
    at('key.pem'),
    '-o',
    at(file),
    ...more,
  ]);
const verify = async (file: string) => {
  const { code, stdout } = await runHere(['verify', at(file), '--key', at('key.pem.pub'), '--format', 'json']);
  return { code, ...(JSON.parse(stdout) as { worth: string; statement: Statement | null }) };
};

describe('report --sign', () => {
  test.each(['a.html', 'a.pdf', 'a.json'])('%s is genuine, and says whose it is', async (file) => {
    expect(await sign(file)).toMatchObject({ code: 1 });
    const { code, worth, statement } = await verify(file);
    expect({ code, worth }).toEqual({ code: 0, worth: 'genuine' });
    expect(statement).toMatchObject({
      client: { id: 'acme', name: 'Acme & Söhne' },
      verdict: 'violation',
      checks: [{ target: '203.0.113.7', verdict: 'violation' }],
      chain: { client: 'acme', length: 1 },
    });
    expect(Date.now() - Date.parse(statement!.signedAt)).toBeGreaterThanOrEqual(0);
  });

  test.each(['flip.html', 'flip.pdf'])('%s with any bit changed, cut off or longer is altered', async (name) => {
    await sign(name);
    const good = readFileSync(at(name));
    const isGenuine = (file: Buffer) => verifyPage(file).state === 'intact';
    expect(isGenuine(good)).toBe(true);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(7), (place, bit) => {
        const file = Buffer.from(good);
        file[place]! ^= 1 << bit;
        expect(isGenuine(file)).toBe(false);
        expect(isGenuine(good.subarray(0, place))).toBe(false);
      }),
      { numRuns: 60 },
    );
    expect(isGenuine(Buffer.concat([good, Buffer.from('\n')]))).toBe(false);
  });

  test('JSON has its signature beside it, which notices any change', async () => {
    await sign('b.json');
    const good = readFileSync(at('b.json'));
    const beside = readFileSync(at('b.json.sig'));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(7), (place, bit) => {
        const file = Buffer.from(good);
        file[place]! ^= 1 << bit;
        expect(verifyJson(file, beside).state).toBe('altered');
      }),
      { numRuns: 40 },
    );
  });

  test('a PDF that is signed is still one, with the data that was signed, and names the key', async () => {
    await sign('c.pdf');
    await runHere(['report', 'acme', '--store', store, '--pdf-browser', 'none', '-o', at('plain.pdf')]);
    const objects = readPdf(readFileSync(at('c.pdf')));
    const { statement } = verifyPage(readFileSync(at('c.pdf'))) as { statement: Statement };
    expect(matchReport(readAttachment(objects), statement)).toBe(true);
    const paragraphs = (file: string) => countElements(readPdf(readFileSync(at(file)))).get('P')!;
    expect(paragraphs('c.pdf')).toBeGreaterThan(paragraphs('plain.pdf'));
    await sign('c.html');
    expect(readFileSync(at('c.html'), 'utf8')).toContain(statement.key.id);
  });

  test('is replaced with its signature by a later one, and by nothing else', async () => {
    await sign('d.json');
    expect((await sign('d.json')).code).toBe(1);
    expect((await verify('d.json')).worth).toBe('genuine');
    writeFileSync(at('e.json.sig'), 'mine');
    const { code, stderr } = await sign('e.json');
    expect(code).toBe(2);
    expect(stderr).toContain('e.json.sig: exists already');
    expect(existsSync(at('e.json'))).toBe(false);
  });

  (existsSync('/dev/full') ? test : test.skip)('leaves no empty signature where the disk is full', async () => {
    symlinkSync('/dev/full', at('full.json'));
    const { code, stderr } = await sign('full.json');
    expect(code).toBe(2);
    expect(stderr).toContain('no space left');
    expect(existsSync(at('full.json.sig'))).toBe(false);
  });

  test('a text with half a pair is signed as it is shown', async () => {
    await runHere(['report', 'acme', '--store', store, '-o', at('f.json')]);
    writeFileSync(at('g.json'), readFileSync(at('f.json'), 'utf8').replace('Acme', 'A\\ud800cme'));
    const { code } = await runHere(['report', '--report', at('g.json'), '--sign', at('key.pem'), '-o', at('g.html')]);
    expect(code).toBe(1);
    const { worth, statement } = await verify('g.html');
    expect({ worth, chain: statement?.chain, name: statement?.client?.name }).toEqual({
      ...{ worth: 'genuine', chain: null, name: 'A\ufffdcme & Söhne' },
    });
  });

  test('refuses what cannot be signed, before it writes anything', async () => {
    expect((await sign('h.md')).stderr).toContain('Markdown is not signed');
    const toStdout = ['report', 'acme', '--store', store, '--sign', at('key.pem'), '--format', 'json'];
    const { code, stdout, stderr } = await runHere(toStdout);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(at('h.md'))).toBe(false);
    expect(stderr).toContain('FILE.sig beside it');
    expect((await sign('i.html', '--sign', at('key.pem.pub'))).stderr).toContain('--sign');
    chmodSync(at('key.pem'), 0o644);
    expect((await sign('i.html')).stderr).toContain('chmod 600');
    chmodSync(at('key.pem'), 0o600);
    expect(existsSync(at('i.html'))).toBe(false);
  });
});
