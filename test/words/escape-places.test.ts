import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { forHeader, forHtml, forMrkdwn } from '../../src/words/escape.js';
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
