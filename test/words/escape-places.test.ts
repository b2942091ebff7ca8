import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  forDefectDojo,
  forHeader,
  forHtml,
  forLabel,
  forMrkdwn,
  forNagios,
  forSarif,
  forXml,
} from '../../src/words/escape.js';
import { anyText, isHarmful } from '../reports/report-arbitrary.js';
import { hostileText } from '../reports/sample-reports.js';

const asciiText = fc.string({ unit: 'grapheme-ascii' });

describe('forHtml', () => {
  test.each([
    ['<script>alert("1")</script>', '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'],
    ["' onload='x", '&#39; onload=&#39;x'],
    ['a & b &amp; c', 'a &amp; b &amp;amp; c'],
    ['a\r\nb\u202e', 'a\\r\\nb\\u{202e}'],
    ['Zürich 電話', 'Zürich 電話'],
  ])('%j', (text, html) => {
    expect(forHtml(text)).toBe(html);
  });

  test('no markup comes out of any text, and what is shown is the text', () => {
    const references = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
    fc.assert(
      fc.property(asciiText, (text) => {
        const html = forHtml(text);
        expect(html).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        const shown = html.replace(
          /&(?:amp|lt|gt|quot|#39);/g,
          (found) => references[found as keyof typeof references],
        );
        expect(shown).toBe(text);
      }),
    );
    fc.assert(
      fc.property(anyText(400), (text) => {
        expect(forHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(Array.from(forHtml(text)).filter(isHarmful)).toEqual([]);
      }),
    );
  });
});

describe('forMrkdwn', () => {
  test.each([
    ['<!channel> & <@U123>', '&lt;!channel&gt; &amp; &lt;@U123&gt;'],
    ['<https://evil.example|bank>', '&lt;https://evil.example|bank&gt;'],
    ['```a`', "'''a'"],
    ['> quoted\n> more', '&gt; quoted\\n&gt; more'],
  ])('%j', (text, mrkdwn) => {
    expect(forMrkdwn(text)).toBe(mrkdwn);
  });

  test('neither link nor mention nor code comes out of any text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(400), asciiText), (text) => {
        expect(forMrkdwn(text)).not.toMatch(/[<>`]|&(?!(?:amp|lt|gt);)/);
        expect(Array.from(forMrkdwn(text)).filter(isHarmful)).toEqual([]);
      }),
    );
  });
});

describe('forHeader', () => {
  /** Decodes RFC 2047: white space between encoded words is none of the text. */
  const decode = (header: string) =>
    header
      .replace(/\?= (?==\?)/g, '?=')
      .replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word: string) => Buffer.from(word, 'base64').toString());

  test.each([
    ['Muster AG: 3 changes', 'Muster AG: 3 changes'],
    ['a\r\nBcc: b', 'a\\r\\nBcc: b'],
    ['é', '=?UTF-8?B?w6k=?='],
    ['=?UTF-8?Q?x?=', '=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?='],
    ['', ''],
  ])('%j', (text, header) => {
    expect(forHeader(text)).toBe(header);
  });

  test('is printable ASCII in words of at most 75 characters where it is encoded, and decodes to what is shown', () => {
    fc.assert(
      fc.property(fc.oneof(anyText(400), fc.constant(hostileText)), (text) => {
        const header = forHeader(text);
        expect(header).toMatch(/^[\x20-\x7e]*$/);
        if (header.startsWith('=?')) expect(header.split(' ').filter((word) => word.length > 75)).toEqual([]);
        const shown = decode(header);
        expect(Array.from(shown).filter(isHarmful)).toEqual([]);
        const plain = Array.from(text).filter((char) => !isHarmful(char) && char >= 'A' && char <= 'z');
        expect(plain.filter((char) => !shown.includes(char))).toEqual([]);
      }),
    );
    const shown = 'Zürich 電話交換機 '.repeat(9).trim();
    expect(decode(forHeader(shown))).toBe(shown);
  });
});

describe('formats of other programs', () => {
  test.each<[string, (text: string) => string, string, string]>([
    ['XML', forXml, '<a b="c">&\x00\ufffe\n', '&lt;a b=&quot;c&quot;&gt;&amp;\\x00\\u{fffe}\\n'],
    ['Nagios', forNagios, "a|b <a href='x'>\n'l'=1", "a¦b ‹a href='x'›\\n'l'=1"],
    ['a label', forLabel, 'a"b\\c\nd', 'a\\"b\\\\c\\\\nd'],
    ['DefectDojo', forDefectDojo, '![x](http://a_b) <b>', '!&#91;x&#93;(http://a&#95;b) &#60;b&#62;'],
    ['SARIF', forSarif, '[x](http://a) {0}', '[x] (http://a) {{0}}'],
  ])('%s', (_place, escape, text, escaped) => {
    expect(escape(text)).toBe(escaped);
  });

  test('nothing that acts comes out of any text', () => {
    const acts: readonly (readonly [(text: string) => string, RegExp])[] = [
      [forXml, /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/],
      [forNagios, /[|<>]/],
      [forLabel, /(?<!\\)(?:\\\\)*"|(?<!\\)(?:\\\\)*\\(?!["\\])/],
      [forDefectDojo, /[\\`*_[\]<>|~]|&(?!#\d+;)/],
      [forSarif, /\]\(|(?<!\{)(?:\{\{)*\{(?!\{)/],
    ];
    fc.assert(
      fc.property(fc.oneof(anyText(400), asciiText), (text) => {
        for (const [escape, active] of acts) {
          expect(escape(text)).not.toMatch(active);
          expect(Array.from(escape(text)).filter(isHarmful)).toEqual([]);
        }
      }),
    );
  });
});
