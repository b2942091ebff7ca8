import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brandFileSchema, loadBrand } from '../../../src/files/brand/brand.js';
import { cleanPng } from '../../../src/files/brand/png.js';
import { cleanSvg } from '../../../src/files/brand/svg.js';
import { chunkOf, pngOf } from './png-of.js';

const directory = mkdtempSync(join(tmpdir(), 'brand-'));
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, data: string | Buffer): string {
  const file = join(directory, name);
  writeFileSync(file, data);
  return file;
}

const svg = (inner: string, attributes = 'viewBox="0 0 10 10"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inner}</svg>`;
const clean = (text: string) => cleanSvg(Buffer.from(text));
const textOf = (text: string) => {
  const result = clean(text);
  return 'text' in result ? result.text : result.problem;
};

describe('loadBrand', () => {
  test('reads all keys, with a logo beside the file', async () => {
    mkdirSync(join(directory, 'pictures'));
    write('pictures/logo.png', pngOf(3, 2));
    const file = write(
      'whole.yaml',
      [
        'name: Müller & Söhne',
        'address: [Hauptstr. 1, 80331 München]',
        'phone: +49 89 123',
        'email: info@example.com',
        'web: www.example.com',
        'colour: "#0A5"',
        'logo: pictures/logo.png',
        'footer: Registered in Munich',
      ].join('\n'),
    );
    const brand = await loadBrand(file);
    expect(brand).toMatchObject({
      name: 'Müller & Söhne',
      address: ['Hauptstr. 1', '80331 München'],
      colour: '#00aa55',
      footer: 'Registered in Munich',
      logo: { kind: 'png' },
    });
    expect(brand.logo?.dataUrl).toMatch(/^data:image\/png;base64,iVBOR/);
  });

  test('a name is enough', async () => {
    const brand = await loadBrand(write('name.yaml', 'name: Acme\naddress: One line'));
    expect(brand).toEqual({
      ...{ name: 'Acme', address: ['One line'], phone: null, email: null, web: null },
      ...{ colour: '#1f4e79', logo: null, footer: null },
    });
  });

  test('tells what was left out of an SVG logo', async () => {
    write('script.svg', svg('<script>alert(1)</script><path d="M0 0h9v9z"/>'));
    const notes: string[] = [];
    const brand = await loadBrand(write('svg.yaml', 'name: A\nlogo: script.svg'), (note) => notes.push(note));
    expect(Buffer.from(brand.logo!.bytes).toString()).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h9v9z"></path></svg>\n',
    );
    expect(notes).toEqual([expect.stringMatching(/script\.svg: left out of the logo.*: script$/)]);
  });

  test.each([
    ['', 'expected a mapping of keys'],
    ['phone: "1"', '1:1: key "name" is missing'],
    ['name: A\ncolor: "#fff"', '2:1: color: unknown key (did you mean "colour"?)'],
    ['name: A\ncolour: red', '2:1: colour: expected a colour such as "#1f4e79", in quotes'],
    ['name: A\nphone: 123', '2:1: phone: expected text; put numbers into quotes'],
    ['name: ""', '1:1: name: is empty'],
    ['name: A\nlogo: none.png', '2:1: logo: none.png: no such file'],
    ['name: A\nlogo: bad.yaml', '2:1: logo: bad.yaml: is neither a PNG nor a well-formed SVG'],
    ['name: A\nlogo: huge.png', '2:1: logo: huge.png: has 5000 × 1 pixels'],
  ])('%j is refused with its place', async (text, message) => {
    write('huge.png', pngOf(5000, 1));
    await expect(loadBrand(write('bad.yaml', text))).rejects.toThrow(message);
  });

  test('the example of docs/report.md is valid', () => {
    const page = readFileSync(new URL('../../../docs/report.md', import.meta.url), 'utf8');
    const [, example = ''] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? [];
    const keys = example.split('\n').flatMap((line) => /^(\w+):/.exec(line)?.[1] ?? []);
    expect(keys.sort()).toEqual(Object.keys(brandFileSchema.shape).sort());
    return loadBrand(write('example.yaml', example.replace(/^logo:.*$/m, '')));
  });
});

describe('cleanPng', () => {
  test('keeps the picture alone', () => {
    const place = chunkOf('tEXt', Buffer.from('Location\0at home'));
    expect(cleanPng(Buffer.concat([pngOf(4, 4, place), Buffer.from('<script>')]))).toEqual(pngOf(4, 4));
  });

  test.each([
    ['cut off', pngOf(9, 9).subarray(0, -4), 'damaged'],
    ['of other data', Buffer.concat([pngOf(9, 9).subarray(0, 40), Buffer.alloc(40)]), 'damaged'],
    [
      'with fewer rows than it says',
      Buffer.concat([pngOf(2, 2).subarray(0, 8), pngOf(9, 9).subarray(8, 33), pngOf(2, 2).subarray(33)]),
      'damaged',
    ],
    ['without a size', pngOf(0, 4), 'without a size'],
    ['with too many pixels', pngOf(3000, 2000), 'has 3000 × 2000 pixels'],
  ])('refuses one %s', (_name, bytes, problem) => {
    expect(cleanPng(bytes)).toContain(problem);
  });

  test('never throws, whatever byte is another', () => {
    const good = pngOf(5, 5);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        const result = cleanPng(bytes);
        return typeof result === 'string' || result.equals(good);
      }),
      { numRuns: 200 },
    );
  });
});

describe('cleanSvg', () => {
  test('keeps shapes, gradients and looks', () => {
    const inner =
      '<defs><linearGradient id="g"><stop offset="0" style="stop-color:#f00;-x:1"></stop></linearGradient></defs>' +
      '<g fill="url(#g)" transform="translate(1,2) rotate(3)"><path d="M0 0L1,1z"></path></g>';
    expect(textOf(svg(inner))).toContain(inner.replace(';-x:1', ''));
  });

  test.each([
    ['<script xlink:href="https://example.com/x.js"/>', 'script'],
    ['<foreignObject><p xmlns="http://www.w3.org/1999/xhtml" onclick="x()">a</p></foreignObject>', 'p'],
    ['<image xlink:href="https://example.com/p.png"/>', 'image'],
    ['<use href="#a"/>', 'use'],
    ['<style>@import "https://example.com"</style>', 'import'],
    ['<path onload="alert(1)" d="M0 0"/>', 'onload'],
    ['<path onclick="x" d="M0 0"/>', 'onclick'],
    ['<path fill="url(https://example.com/#a)"/>', 'example'],
    ['<path style="fill:url(//example.com)"/>', 'example'],
    ['<linearGradient xlink:href="https://example.com#a"/>', 'example'],
    ['<path fill="u\\72l(//example)"/>', 'example'],
    ['<a href="javascript:alert(1)"><path d="M0 0"/></a>', 'javascript'],
    ['<animate attributeName="href" values="javascript:1"/>', 'animate'],
    ['<svg onload="x()"/>', 'onload'],
    ['<?xml-stylesheet href="https://example.com"?>', 'example'],
  ])('leaves no trace of %s', (inner, word) => {
    const text = textOf(svg(inner));
    expect(text).toMatch(/^<svg /);
    expect(text).not.toContain(`<${word}`);
    expect(text).not.toContain(word.length > 3 ? word : ' p ');
  });

  test('cannot be left by a text', () => {
    expect(textOf(svg('<text>&lt;script&gt;<![CDATA[</text><script>]]></text>'))).toContain(
      '<text>&lt;script&gt;&lt;/text&gt;&lt;script&gt;</text>',
    );
  });

  test.each([
    ['<!DOCTYPE svg [<!ENTITY a "b">]>' + svg('<text>&a;</text>'), 'declares entities'],
    ['<html/>', 'is neither a PNG nor an SVG'],
    [svg('<g>'), 'not a well-formed'.slice(4)],
    [svg('', ''), 'has no size'],
    [svg('', 'viewBox="0 0 0 10"'), 'has no size'],
    [svg('<g>'.repeat(40) + '</g>'.repeat(40)), 'nested'],
    [svg('<g/>'.repeat(6000)), 'more than 5000 elements'],
  ])('%.60s is refused', (text, problem) => {
    expect(textOf(text)).toContain(problem);
  });

  test('a document type without entities, as drawing programs write it, is left out', () => {
    const type = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">';
    expect(textOf(type + svg('<path d="M0 0"/>'))).toMatch(/^<svg /);
  });

  test('never throws, and what it wrote it leaves as it is', () => {
    const piece = fc.constantFrom(
      ...[
        '<path d="M0 0"/>',
        '<g style="fill:red;x:y">',
        '</g>',
        '<script>',
        '</script>',
        '&amp;',
        '<text>',
        '</text>',
      ],
      ...['"', ' onload="x"', '<![CDATA[', ']]>', '<!--', '-->', '<x:y/>', '\u0000', '<circle r="1" href="#a"/>'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = textOf(svg(pieces.join('')));
        if (text.startsWith('<svg')) expect(textOf(text)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
