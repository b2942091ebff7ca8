import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { InputError } from '../../../src/files/text/input-error.js';
import { checkSchema } from '../../../src/files/text/check-schema.js';
import { parseYaml, readYaml } from '../../../src/files/text/yaml-document.js';
import { CODE_POINT } from '../../words/code-point.js';
import { expectWithin } from '../../protocols/hostile.js';

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
    ['a: 1\n---\nb: 2\n', 'x.yaml:2:1: the file has multiple documents: keep one, without the line "---" between them'],
    ['schedule: @daily # each\n', 'x.yaml:1:11: a value that begins with "@" needs quotes: write "@daily"'],
    ['- */30 * * * *\n', 'x.yaml:1:3: a value that begins with "*" needs quotes: write "*/30 * * * *"'],
    ['a:\n  - s: * * * * *\n', 'x.yaml:2:8: a value that begins with "*" needs quotes: write "* * * * *"'],
    [
      '{ id: a, schedule: */5 * * * * }\n',
      'x.yaml:1:20: a value that begins with "*" needs quotes: write "*/5 * * * *"',
    ],
    ['a: [b, @daily]\n', 'x.yaml:1:8: a value that begins with "@" needs quotes: write "@daily"'],
    ['a: [b, *c]\n', 'x.yaml:1:8: aliases are not supported; a value that begins with "*" needs quotes: write "*c"'],
    ['a: %x\n', 'x.yaml:1:4: a value that begins with "%" needs quotes: write "%x"'],
    ['name: Müller: Söhne\n', 'x.yaml:1:7: a value with a colon and a space in it needs quotes: write "Müller: Söhne"'],
    ['a: 1\n b: 2\n', 'x.yaml:1:4: this line is not indented like the lines that it belongs to'],
    ['a:\n  b: 1\n c: 2\n', 'x.yaml:3:1: this line is not indented like the lines that it belongs to'],
    ['a:\n\tb: 1\n', 'x.yaml:2:1: indent with spaces, not with tabs'],
    ['a: [1, 2\nb: 3\n', 'x.yaml:2:1: a bracket "[" before this is not closed'],
    ['a: {b: 1\nc: 3\n', 'x.yaml:2:1: a bracket "{" before this is not closed'],
    ['a: ]\n', 'x.yaml:1:4: nothing is open that "]" could close'],
    ["a: 'x\n", 'x.yaml:2:1: a quotation mark is never closed'],
    ['a\nb: 1\n', 'x.yaml:1:1: expected a key, a colon and a value in one line'],
    ['a: - b\n', /^x\.yaml:1:4: expected a key, a colon and a value; items of a list stand on lines of their own/],
    ['a: "\\q"\n', /^x\.yaml:1:5: this backslash means nothing in double quotes/],
    ['- a\nb: 1\n', /^x\.yaml:2:1: this does not belong here: /],
    ['a: "x" y\n', /^x\.yaml:1:8: this does not belong here: /],
  ])('%p is refused', (text, expected) => {
    const [problem, ...others] = problemsOf(() => parse(text));
    expect(others).toEqual([]);
    if (typeof expected === 'string') expect(problem).toBe(expected);
    else expect(problem).toMatch(expected);
  });

  test('aliases are refused', () => {
    expect(problemsOf(() => parse('a: &x [1]\nb: [*x, *x]\n'))).toContainEqual(
      expect.stringMatching(/^x\.yaml:2:5: aliases are not supported; /),
    );
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
    let problems: readonly unknown[] = [];
    expectWithin(10_000, () => void (problems = problemsOf(() => parse(text))));
    expect(problems.length).toBeLessThanOrEqual(50);
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
        const told = problemsOf(() => parse(given).place(['a', 0, 'b']));
        // The parser's own words are for programmers.
        expect(told.join('\n')).not.toMatch(/YAML\.|implicit|token|collection|scalar|compact|flow/i);
      }),
      { numRuns: 500 },
    );
  });
});

test('readYaml tells what is wrong with the file itself', async () => {
  await expect(readYaml('/nonexistent/x.yaml')).rejects.toThrow('/nonexistent/x.yaml: no such file');
  await expect(readYaml('/dev/zero')).rejects.toThrow('/dev/zero: larger than 1048576 bytes');
});

test('labels have the ids of listed mappings, and no positions of them', () => {
  const document = parse('clients:\n  - { id: acme, address: [x, y] }\n  - { id: "a b" }\n  - 1\n');
  expect(document.label(['clients', 0, 'schedule'])).toBe('clients.acme.schedule');
  expect(document.label(['clients', 0, 'address', 1])).toBe('clients.acme.address[1]');
  expect(document.label(['clients', 1, 'schedule'])).toBe('clients.schedule');
  expect(document.label(['clients', 2])).toBe('clients[2]');
  expect(document.label([])).toBe('');
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
    expect(check('')).toEqual([expect.stringMatching(/^x\.yaml:1:1: .*expected a mapping of keys to values/)]);
    expect(check('title: a\n__proto__: 1\n')).toEqual([expect.stringMatching(/^x\.yaml:2:1: __proto__: unknown key/)]);
    expect(check('title: a\nconstructor: 1\n')).toEqual([expect.stringMatching(/^x\.yaml:2:1: constructor: unknown/)]);
  });

  test('gives the value', () => {
    expect(checkSchema(parse('title: a\n'), schema)).toEqual({ title: 'a' });
  });
});
