import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseLooseXml } from '../../../src/protocols/upnp/loose-xml.js';
import { escapeXml, findWithin, MAX_XML_BYTES, parseXml, type XmlElement } from '../../../src/protocols/upnp/xml.js';
import { expectWithin, hostileBytes, mutated } from '../hostile.js';

const read = (source: string | Buffer): XmlElement => {
  const result = parseLooseXml(source);
  if ('problem' in result) throw new Error(result.problem);
  return result.root;
};
/** As text: `r(a=1 b=2)`. */
const show = ({ name, text, children }: XmlElement): string =>
  `${name}${text && `=${text}`}${children.length > 0 ? `(${children.map(show).join(' ')})` : ''}`;

describe('what is not well-formed', () => {
  test.each([
    ['<r><a>1</a><b>2</r>', '(r(a=1 b=2))'],
    ['<r><a>1<b>2</b></r>', '(r(a=1 b=2))'],
    ['<r><a>1</x><b>2</b></r>', '(r(a=1 b=2))'],
    ['<r><a>1</A><b>2</b></r>', '(r(a=1 b=2))'],
    ['<r><s><a>1</a></r><b>2</b>', '(r(s(a=1)) b=2)'],
    ['<r><!-- a -- b --><a>1</a></r>', '(r(a=1))'],
    ['<r><!-- a <a>1</a></r>', '(r=1)'],
    ['<r a=1 a="1" b><a>1</a></r>', '(r(a=1))'],
    ['<?xml version="1.0"?><?xml version="1.0"?><r/>', '(r)'],
    ['<!DOCTYPE r SYSTEM "x.dtd"><r><a>1</a></r>', '(r(a=1))'],
    ['<r><a>1</a></r><r><a>2</a></r>', '(r(a=1) r(a=2))'],
    ['<r><a>x <3 y & z &lt; &#65; &#0;</a></r>', '(r(a=x <3 y & z < A &#0;))'],
    ['<r><a>\x00\x07bell</a></r>', '(r(a=bell))'],
    ['<r><a><![CDATA[x<y]]></a><b><![CDATA[z</b></r>', '(r(a=x<y b=z))'],
    ['<r><NewA></r><NewB/>', '(r(NewA) NewB)'],
    ['<NewA><b>1</b></NewA><NewC>2</NewC>', '(NewA b=1 NewC=2)'],
    // What ends in the midst of a text may be the first digits of a number.
    ['<r><a>1</a><b>80', '(r(a=1))'],
    ['nothing', ''],
    ['', ''],
  ])('%j', (source, shown) => expect(show(read(source))).toBe(shown));

  test('in other encodings', () => {
    const text = '<r><a>Küche <3</a></r>';
    const swapped = Buffer.from(text, 'utf16le').swap16();
    for (const bytes of [
      Buffer.from(text),
      Buffer.from(text, 'latin1'),
      Buffer.from(text, 'utf16le'),
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
      swapped,
      Buffer.concat([Buffer.from([0xfe, 0xff]), swapped]),
      gzipSync(text),
      deflateSync(text),
    ])
      expect(findWithin(read(bytes), 'a')?.text).toBe('Küche <3');
  });

  test.each([
    ['<!DOCTYPE r [<!ENTITY a "ha">]><r>&a;</r>', 'it declares entities, which are refused'],
    ['<!doctype r [ ]><r/>', 'it declares entities, which are refused'],
    [`<r>${'<a/>'.repeat(17_000)}</r>`, 'it is too large'],
    [' '.repeat(MAX_XML_BYTES + 1), 'it is longer than 256 KiB'],
  ])('refuses %.40j', (source, problem) => expect(parseLooseXml(source)).toEqual({ problem }));

  test('tags of a text that nest without end hide nothing behind them', () => {
    const deep = `<r><e><b>1</b><d>${'<x>'.repeat(9_000)}</d></e><e><b>2</b></e>${'<x/>'.repeat(99)}</r>`;
    const result = parseLooseXml(deep);
    if ('problem' in result) throw new Error(result.problem);
    const entries = result.root.children[0]!.children.filter(({ name }) => name === 'e');
    expect(entries.map((entry) => findWithin(entry, 'b')?.text)).toEqual(['1', '2']);
  });

  test('a zip bomb is no more than it is', () => {
    expect(parseLooseXml(gzipSync(Buffer.alloc(50_000_000, '<a/>')))).toHaveProperty('root');
  });
});

const NAME = fc.constantFrom('root', 'device', 's:Body', 'NewPort', 'controlURL', 'a-1');
const TEXT = fc
  .string({ unit: fc.constantFrom('a', 'ä', '<', '>', '&', '"', ';', ' ', '1', ']') })
  .map((text) => escapeXml(text));
const { document } = fc.letrec<{ document: string; leaf: string }>((tie) => ({
  leaf: fc
    .tuple(
      NAME,
      fc.oneof(
        TEXT,
        TEXT.map((text) => `<![CDATA[${text.replaceAll(']]>', '')}]]>`),
      ),
    )
    .map(([name, text]) => `<${name}>${text}</${name}>`),
  document: fc.oneof(
    { maxDepth: 5 },
    tie('leaf'),
    fc
      .tuple(fc.constantFrom('root', 'device', 's:Body'), fc.array(tie('document'), { maxLength: 4 }))
      .map(([name, children]) =>
        children.length > 0 ? `<${name} a="1">\r\n<!-- x -->${children.join('\n ')}</${name}>` : `<${name}/>`,
      ),
  ),
}));

test('what is well-formed is the same as by the strict parser', () => {
  fc.assert(
    fc.property(document, (source) => {
      const strict = parseXml(`<?xml version="1.0"?>\n${source}\n`);
      expect(parseLooseXml(`<?xml version="1.0"?>\n${source}\n`)).toEqual({
        root: { name: '', text: '', children: 'root' in strict ? [strict.root] : [] },
        isCut: false,
      });
    }),
    { numRuns: 2000 },
  );
});

describe('total, linear, bounded', () => {
  const depth = (element: XmlElement): number => 1 + Math.max(0, ...element.children.map(depth));
  const size = (element: XmlElement): number => element.children.reduce((sum, child) => sum + size(child), 1);
  const valid = Buffer.from('<?xml version="1.0"?><r a="1"><b>x &amp; y</b><c><![CDATA[z]]></c><!-- d --></r>');

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(hostileBytes('<r><b>'), mutated(valid), fc.string()), (source) => {
        const result = parseLooseXml(source);
        if ('problem' in result) return;
        expect(depth(result.root)).toBeLessThanOrEqual(64);
        expect(size(result.root)).toBeLessThanOrEqual(16_385);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    '<a>',
    '<a ',
    '<a b="',
    '<',
    '>',
    '</a>',
    '<a>x',
    '<a>x</b>',
    '<!--',
    '<!-- -->',
    '<![CDATA[',
    ']]>',
    '<?',
    '<!',
    '&',
    '&#1',
    '\0',
    ' ',
    '<a><',
  ])('is quick with %j over and over', (piece) => {
    for (const front of ['', '<r>', '<r>x', '<!--', '<![CDATA[']) {
      const source = front + piece.repeat((MAX_XML_BYTES - front.length) / piece.length);
      expectWithin(1_000, () => void parseLooseXml(source));
    }
  });
});
