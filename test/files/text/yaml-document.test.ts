import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { InputError } from '../../../src/files/text/input-error.js';
import { checkSchema } from '../../../src/files/text/check-schema.js';
import { parseYaml, readYaml } from '../../../src/files/text/yaml-document.js';
import { CODE_POINT } from '../../words/code-point.js';

const parse = (text: string) => parseYaml(text, 'x.yaml');
const problemsOf = (run: () => unknown): string[] => {
  try {
    run();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message.split('\n');
  }
};

describe('parseYaml', () => {
  test('gives values and their places', () => {
    const document = parse('a: 1\nb:\n  - x\n  - { c: y, 80: z }\n');
    expect(document.value).toEqual({ a: 1, b: ['x', { c: 'y', 80: 'z' }] });
    expect(document.place(['b', 1, 'c'])).toEqual({ file: 'x.yaml', line: 4, column: 7, key: 'b[1].c' });
    expect(document.place(['b', 1, '80'])).toMatchObject({ line: 4, column: 13 });
    expect(document.place(['b', 1, 'none'])).toMatchObject({ line: 4, column: 5 });
    expect(document.place([])).toEqual({ file: 'x.yaml', line: 1, column: 1 });
  });

  test.each([
    ['a: 1\nb: 2\na: 3\n', 'x.yaml:3:1: key "a" is given twice'],
    ['b: {x: 1, x: 2}\n', 'x.yaml:1:11: key "x" is given twice'],
    ['a: &x 1\n', 'x.yaml:1:7: anchors are not supported'],
    ['a: !!str 1\n', 'x.yaml:1:10: tags are not supported'],
    ['a: !<tag:example.net> 1\n', /^x\.yaml:1:4: .*tag/i],
    ['[1]: 2\n', 'x.yaml:1:1: a key must be plain text'],
    ['a: "x\n', /^x\.yaml:2:1: /],
    ['a: 1\n---\nb: 2\n', /^x\.yaml:2:1: .*multiple documents/],
  ])('%p is refused', (text, expected) => {
    const [problem] = problemsOf(() => parse(text));
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  test('aliases are refused', () => {
    expect(problemsOf(() => parse('a: &x [1]\nb: [*x, *x]\n'))).toContain('x.yaml:2:5: aliases are not supported');
  });

  test.each([
    ['brackets', '['.repeat(500_000)],
    ['braces', '{a: '.repeat(250_000)],
    ['closing brackets', ']'.repeat(1_000_000)],
    ['lists in lists', '- '.repeat(500_000)],
    ['keys in keys', '? '.repeat(500_000)],
    ['indentation', Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join('')],
    ['repeated keys', 'a: 1\n'.repeat(20_000)],
    ['escapes', `"${'\\x'.repeat(20_000)}"`],
    ['anchors', '&a '.repeat(20_000)],
  ])('a file full of %s does no harm', (_, text) => {
    const start = performance.now();
    expect(problemsOf(() => parse(text)).length).toBeLessThanOrEqual(50);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('gives a document or an InputError for any text', () => {
    const word = fc.constantFrom(
      'a',
      'b: ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '#',
      '&x ',
      '*x',
      '!t ',
      ': ',
      '? ',
      '---',
      '<<',
      '\t',
      '__proto__: ',
      '1',
    );
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: CODE_POINT }),
      fc.array(word, { maxLength: 30 }).map((w) => w.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        problemsOf(() => parse(given).place(['a', 0, 'b']));
      }),
      { numRuns: 500 },
    );
  });
});

test('readYaml tells what is wrong with the file itself', async () => {
  await expect(readYaml('/nonexistent/x.yaml')).rejects.toThrow('/nonexistent/x.yaml: no such file');
  await expect(readYaml('/dev/zero')).rejects.toThrow('/dev/zero: larger than 1048576 bytes');
});

describe('checkSchema', () => {
  const schema = z.strictObject({
    title: z.string(),
    ports: z.array(z.int().max(65_535)).optional(),
    services: z.record(z.string().regex(/^[a-z]+$/, 'bad name'), z.strictObject({ endpoints: z.string() })).optional(),
  });
  const check = (text: string) => problemsOf(() => checkSchema(parse(text), schema));

  test('tells every problem with its place', () => {
    expect(
      check('titel: x\nports:\n  - 80\n  - 70000\n  - a\nservices:\n  web:\n    endpoint: x\n  B2: { endpoints: y }\n'),
    ).toEqual([
      'x.yaml:1:1: key "title" is missing',
      expect.stringMatching(/^x\.yaml:4:5: ports\[1\]: .*65535/),
      expect.stringMatching(/^x\.yaml:5:5: ports\[2\]: .*expected/),
      'x.yaml:7:3: services.web: key "endpoints" is missing',
      'x.yaml:8:5: services.web.endpoint: unknown key (did you mean "endpoints"?)',
      'x.yaml:9:3: services.B2: bad name',
      'x.yaml:1:1: titel: unknown key (did you mean "title"?)',
    ]);
  });

  test('tells of an empty file, and of keys that objects have anyway', () => {
    expect(check('')).toEqual([expect.stringMatching(/^x\.yaml:1:1: .*expected object/)]);
    expect(check('title: a\n__proto__: 1\n')).toEqual([expect.stringMatching(/^x\.yaml:2:1: __proto__: unknown key/)]);
    expect(check('title: a\nconstructor: 1\n')).toEqual([expect.stringMatching(/^x\.yaml:2:1: constructor: unknown/)]);
  });

  test('gives the value', () => {
    expect(checkSchema(parse('title: a\n'), schema)).toEqual({ title: 'a' });
  });
});
