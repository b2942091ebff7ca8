import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  childText,
  escapeXml,
  findWithin,
  MAX_XML_BYTES,
  parseXml,
  type XmlElement,
} from '../../../src/protocols/upnp/xml.js';
import { expectWithin, hostileBytes, mutated } from '../hostile.js';

const rootOf = (source: string | Buffer): XmlElement => {
  const result = parseXml(source);
  if ('problem' in result) throw new Error(result.problem);
  return result.root;
};
const problemOf = (source: string | Buffer) => {
  const result = parseXml(source);
  return 'problem' in result ? result.problem : undefined;
};
const size = (element: XmlElement): number => element.children.reduce((sum, child) => sum + size(child), 1);
const depth = (element: XmlElement): number => 1 + Math.max(0, ...element.children.map(depth));

describe('parseXml', () => {
  test('builds the tree, by local names, of text and CDATA', () => {
    const root = rootOf(
      '<?xml version="1.0"?><!-- hi --><a:r xmlns:a="u" b="c"> x <s>1 &lt; 2 &#228;</s><![CDATA[<y>]]></a:r>',
    );
    expect(root).toEqual({ name: 'r', text: 'x <y>', children: [{ name: 's', text: '1 < 2 ä', children: [] }] });
  });

  test('forgives what devices do', () => {
    expect(rootOf('\uFEFF\r\n <?xml version="1.0"?><s:E><u:B/></s:E>\0\0<junk>').name).toBe('E');
    expect(rootOf('<r>Tom & Jerry &nbsp; &amp;amp; R&D; &#x;</r>').text).toBe('Tom & Jerry &nbsp; &amp; R&D; &#x;');
    expect(rootOf(Buffer.from('<r>Télé</r>', 'latin1')).text).toBe('Télé');
    expect(rootOf(Buffer.from('<r>Télé</r>', 'utf8')).text).toBe('Télé');
  });

  test.each([
    ['', 'it is empty'],
    [' \0', 'it is empty'],
    ['<!DOCTYPE r><r/>', 'it declares a document type, which is refused'],
    ['<r><![CDATA[<!entity x>]]></r>', 'it declares a document type, which is refused'],
    ['<r/>'.padEnd(MAX_XML_BYTES + 1), 'it is longer than 256 KiB'],
    ['<a>'.repeat(33), 'it is nested more than 32 levels deep'],
    [`<r>${'<a/>'.repeat(16_384)}</r>`, 'it has more than 16384 elements'],
    [`<r ${Array.from({ length: 4_097 }, (_, n) => `a${n}=""`).join(' ')}/>`, 'it has more than 4096 attributes'],
    [`<r a="${'x'.repeat(4_097)}"/>`, 'an attribute in it is too long'],
    [`<r ${'x'.repeat(257)}=""/>`, 'an attribute in it is too long'],
    [`<${'x'.repeat(257)}/>`, 'a name in it is too long'],
    [`<r>${'x'.repeat(196_609)}</r>`, 'a text in it is too long'],
  ])('refuses %.40j', (source, problem) => expect(problemOf(source)).toBe(problem));

  test.each(['<r>', '<r><a></q></r>', 'text', '<r a=b/>', '<r>&#0;</r>', '<!-- ', '<r><![CDATA[', '<?xml'])(
    'is none: %j',
    (source) => expect(problemOf(source)).toMatch(/^it is not well-formed: .*[^.\s]$/),
  );

  test('takes documents up to its bounds', () => {
    expect(size(rootOf(`<r>${'<a/>'.repeat(16_383)}</r>`))).toBe(16_384);
    expect(depth(rootOf(`${'<a>'.repeat(32)}${'</a>'.repeat(32)}`))).toBe(32);
    expect(rootOf(`<r>${'x'.repeat(196_608)}</r>`).text).toHaveLength(196_608);
  });

  const valid = Buffer.from('<?xml version="1.0"?><r a="1"><b>x &amp; y</b><c><![CDATA[z]]></c></r>');
  test('survives any bytes, within its bounds', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes('<r><b>'), mutated(valid), fc.string()), (source) => {
        const result = parseXml(source);
        if ('problem' in result) return expect(result.problem.length).toBeLessThan(200);
        expect(depth(result.root)).toBeLessThanOrEqual(32);
      }),
      { numRuns: 3000 },
    );
  });

  test('reads back what was escaped', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '&', '<', '>', '"', "'", ';', '#', 'ä', ']') });
    fc.assert(
      fc.property(text, (value) =>
        expect(rootOf(`<r a="${escapeXml(value)}">${escapeXml(value)}</r>`).text).toBe(value),
      ),
    );
  });

  test.each([
    '<a>',
    '<a ',
    '<a b="',
    '<a/>',
    'a="1" ',
    '&',
    '&#',
    '&amp;',
    '<!--',
    '-',
    '<![CDATA[',
    ']]>',
    '<?x ',
    '?',
    '<',
    '>',
    '</a>',
    ' ',
    '\n',
    '\0',
    '=',
    ';',
  ])('is quick with %j over and over', (piece) => {
    for (const front of ['', '<r>', '<r ', '<r a="', '<!--', '<r><![CDATA[']) {
      const source = front + piece.repeat((MAX_XML_BYTES - front.length) / piece.length);
      expectWithin(1_000, () => void parseXml(source));
    }
  });
});

test('elements are found by name, whatever its letters', () => {
  const root = rootOf('<r><a/><b><C>1</C></b><C>2</C></r>');
  expect(findWithin(root, 'c')?.text).toBe('1');
  expect(findWithin(root, 'R')).toBe(root);
  expect(findWithin(root, 'd')).toBeUndefined();
  expect(childText(root, 'c', 9)).toBe('2');
  expect(childText(root, 'a', 9)).toBeNull();
  expect(childText(undefined, 'a', 9)).toBeNull();
});
