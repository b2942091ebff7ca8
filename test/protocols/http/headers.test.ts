import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  cleanHeaderValue,
  MAX_HEAD_BYTES,
  parseContentLength,
  parseHead,
  readHeader,
  readHeaderList,
  renderAuthority,
} from '../../../src/protocols/http/headers.js';
import { expectWithin, hostileBytes, pathological } from '../hostile.js';

const head = (text: string, from = 0) => parseHead(Buffer.from(text, 'latin1'), from);

describe('parseHead', () => {
  test('reads start line, fields and the place of the body', () => {
    expect(head('A b\r\nOne: 1\r\nTWO:2 \r\n\r\nbody')).toEqual({
      startLine: 'A b',
      headers: [
        { name: 'one', value: '1' },
        { name: 'two', value: '2' },
      ],
      bodyStart: 23,
    });
  });

  test('takes bare LF, mixed line ends and blank lines in front', () => {
    const parsed = head('\r\n\nA\nX: 1\r\nY: 2\n\nbody');
    expect(parsed?.headers.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(parsed?.bodyStart).toBe('\r\n\nA\nX: 1\r\nY: 2\n\n'.length);
  });

  test('joins folded lines and drops those that belong to no field', () => {
    const parsed = head('A\n lost\nX: one\r\n\t two\n   \n three\nno colon\n lost too\nY:\n z\n\n');
    expect(parsed?.headers).toEqual([
      { name: 'x', value: 'one two three' },
      { name: 'y', value: 'z' },
    ]);
  });

  test('says nothing of a body before the blank line', () => {
    expect(head('A\r\nX: 1\r\n')?.bodyStart).toBeUndefined();
    expect(head('A\r\nX: 1\r\n\r')?.bodyStart).toBeUndefined();
    expect(head('A\r\nX: 1')?.headers).toEqual([{ name: 'x', value: '1' }]);
  });

  test('starts where it is told and counts offsets from the beginning', () => {
    expect(head('xxxxA\n\nb', 4)).toEqual({ startLine: 'A', headers: [], bodyStart: 7 });
  });

  test('is undefined without a start line', () => {
    expect(head('')).toBeUndefined();
    expect(head('\r\n\r\n\r\n')).toBeUndefined();
  });

  test('bounds fields, lines, folded values and the whole', () => {
    const parsed = head(`A${'a'.repeat(2000)}\nX: ${'x'.repeat(900)}\n ${'y'.repeat(900)}\n${'h: 1\n'.repeat(1000)}\n`);
    expect(parsed?.startLine).toHaveLength(1024);
    expect(parsed?.headers).toHaveLength(128);
    expect(parsed?.headers[0]?.value).toHaveLength(1024);
    expect(parsed?.bodyStart).toBeDefined();
    expect(head(`A\nX: ${'x'.repeat(MAX_HEAD_BYTES)}\n\n`)?.bodyStart).toBeUndefined();
  });

  test('never throws and keeps its bounds', () => {
    fc.assert(
      fc.property(hostileBytes('A\r\nX: '), (bytes) => {
        const parsed = parseHead(bytes);
        expect(parsed?.bodyStart ?? 0).toBeLessThanOrEqual(bytes.length);
        for (const { name, value } of parsed?.headers ?? []) {
          expect(name).not.toBe('');
          expect(value.length).toBeLessThanOrEqual(1024);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each(pathological(['A\r\n', 'A\r\nX: ']))('is quick with %s …', (_, make) => {
    const bytes = make();
    expectWithin(2_000, () => parseHead(bytes));
  });
});

describe('header values', () => {
  const fields = head('A\nVia: a\nVIA: b\nv: c\nEmpty:\n\n')!;

  test('are read by any of the names, the first field first, and cut', () => {
    expect(readHeader(fields, ['v', 'via'], 10)).toBe('a');
    expect(readHeader(fields, ['v'], 10)).toBe('c');
    expect(readHeader(fields, ['empty'], 10)).toBe('');
    expect(readHeader(fields, ['none'], 10)).toBeNull();
    expect(readHeaderList(fields, 'via', 10)).toBe('a, b');
    expect(readHeaderList(fields, 'via', 2)).toBe('a,');
    expect(readHeaderList(fields, 'none', 2)).toBeNull();
  });

  test.each([
    ['12', 12],
    [' 0 ', 0],
    ['7, 7', 7],
    ['7, 8', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['9'.repeat(16), undefined],
    [null, undefined],
  ])('Content-Length %j is %j', (value, length) => {
    expect(parseContentLength(value)).toBe(length);
  });

  test('cannot end a line early', () => {
    expect(cleanHeaderValue('a\r\nX: 1\0\x7f\tb')).toBe('aX: 1b');
  });
});

describe('renderAuthority', () => {
  test.each([
    ['192.0.2.1', 5060, undefined, '192.0.2.1:5060'],
    ['192.0.2.1', 80, 80, '192.0.2.1'],
    ['2001:db8::1', 80, 80, '[2001:db8::1]'],
    ['2001:db8::1', 81, 80, '[2001:db8::1]:81'],
    ['fe80::1%eth0', 81, 80, '[fe80::1]:81'],
    ['pbx.example.net', 8000, 80, 'pbx.example.net:8000'],
    ['a\r\nb /@c', 80, 80, 'abc'],
  ])('%j and %j (default %j) become %s', (host, port, defaultPort, text) => {
    expect(renderAuthority(host, port, defaultPort)).toBe(text);
  });
});
