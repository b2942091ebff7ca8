import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pngOf } from '../files/brand/png-of.js';
import { addSweep, client } from '../cli/filled-store.js';
import { runHere } from '../cli/run.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { hostileText } from '../reports/sample-reports.js';

const directory = mkdtempSync(join(tmpdir(), 'pdf-'));
const at = (name: string) => join(directory, name);
const poppler = (tool: string, ...args: string[]) => execFileSync(tool, args, { encoding: 'utf8', cwd: directory });

const store = at('pdf.sqlite');
const acme = client('acme', { name: 'Acme Żółw & Söhne' });
const webPro = { label: `NEC WebPro ${hostileText}`.slice(0, 200) };
await addSweep(store, '2026-11-01T03:00:00.000Z', [{ client: acme, survey: survey(site()) }]);
await addSweep(store, '2026-11-02T03:00:00.000Z', [
  { client: acme, survey: survey(site(answer('tcp/80', 'nec-webpro', webPro))) },
]);
writeFileSync(at('logo.png'), pngOf(60, 20));
writeFileSync(
  at('brand.yaml'),
  'name: Müller Telekom\naddress: [Hauptstraße 1, München]\nlogo: logo.png\nfooter: HRB 1',
);
await runHere(['report', 'acme', '--store', store, '--since', '2026-11-01', '-o', at('acme.json')]);

const make = (name: string, ...more: string[]) =>
  runHere(['report', '--report', at('acme.json'), '--brand', at('brand.yaml'), '-o', at(name), ...more]);

/** The kinds of elements, each once, and the headings with their level. */
const readStructure = (file: string) =>
  new Set(
    poppler('pdfinfo', '-struct', file)
      .match(/^ *[A-Z]\w*/gm)
      ?.map((kind) => kind.trim()),
  );

describe.each([
  ['by a browser', '/usr/bin/chromium'],
  ['without a browser', 'none'],
])('a PDF made %s', (name, browser) => {
  const file = `${name.replaceAll(' ', '-')}.pdf`;

  test('is tagged, says all, and has the data attached', async () => {
    expect(await make(file, '--pdf-browser', browser)).toMatchObject({ code: 1 });
    const info = poppler('pdfinfo', '-isodates', file);
    for (const line of [
      'Title: +Exposure report: Acme Żółw & Söhne',
      'Author: +Müller Telekom',
      'Tagged: +yes',
      'JavaScript: +no',
      'Page size: +.*A4',
    ])
      expect(info).toMatch(new RegExp(`^${line}`, 'm'));
    const structure = readStructure(file);
    for (const kind of ['H1', 'H2', 'H3', 'H4', 'P', 'L', 'LI', 'Table', 'TR', 'TH', 'TD', 'Figure'])
      expect(structure).toContain(kind);
    const text = poppler('pdftotext', '-layout', file, '-');
    for (const part of [
      'Müller Telekom',
      'Acme Żółw & Söhne',
      'Action needed',
      'What to do',
      'WebPro',
      'HRB 1',
      'What changed',
      'Page 1 / ',
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    poppler('pdfdetach', '-save', '1', '-o', 'attached.json', file);
    expect(JSON.parse(readFileSync(at('attached.json'), 'utf8'))).toEqual(
      JSON.parse(readFileSync(at('acme.json'), 'utf8')),
    );
    expect(poppler('pdfimages', '-list', file)).toContain('image');
  });

  test('is the same each time, and replaces the one before', async () => {
    const before = readFileSync(at(file));
    expect(await make(file, '--pdf-browser', browser)).toMatchObject({ code: 1 });
    expect(readFileSync(at(file)).equals(before)).toBe(true);
  });
});

test('without a word of it, a browser prints', async () => {
  expect(await make('usual.pdf')).toMatchObject({ code: 1 });
  expect(poppler('pdfinfo', 'usual.pdf')).toContain('Skia');
});

test('a browser that is named and cannot print is refused', async () => {
  const { code, stderr } = await make('none.pdf', '--pdf-browser', '/bin/true');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('/bin/true printed nothing (exit code 0)'),
  });
});
