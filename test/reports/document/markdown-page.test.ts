import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPORTERS } from '../../../src/reports/registry.js';
import { forMarkdown } from '../../../src/words/escape.js';
import { anyReport, anyText } from '../report-arbitrary.js';
import { WHOLE, write } from '../run-end.js';
import { cleanReport, dmzReport, SAMPLES } from '../sample-reports.js';

const draw = (report: (typeof SAMPLES)[string], many = false): string => {
  const writer = REPORTERS.markdown.create({ color: false, width: 80, reasons: false, many });
  return writer.begin() + writer.report(report) + writer.end(WHOLE);
};

describe('Markdown', () => {
  test.each(Object.entries(SAMPLES))('%s: says the verdict with a mark and a word', (_name, report) => {
    expect(draw(report)).toMatch(/^\*\*[✖✔?○] (?:Action needed|As agreed|Not determined|No answer)\*\*$/m);
  });

  test('does not say "as agreed" of a run of which something is not known', () => {
    const unchecked = [{ client: { id: 'a', name: 'Acme' }, reason: 'paused' }];
    const { text } = write(REPORTERS.markdown, [cleanReport], { end: { outcome: 'inconclusive', unchecked } });
    expect(text).toContain('**? Not determined**');
    expect(text).not.toContain('As agreed');
    expect(text).toContain('Acme (a) was not checked: paused');
  });

  test('has a table row for each finding that counts', () => {
    expect(draw(dmzReport)).toContain('| Severity | What we found | What it means |');
  });

  test.each([
    ['<script>alert(1)</script>', '\\<script\\>alert(1)\\</script\\>'],
    ['[x](http://evil)', '\\[x\\](http\\://evil)'],
    ['1. a', '1\\. a'],
    ['# a', '\\# a'],
    ['- a', '\\- a'],
    ['a | b', 'a \\| b'],
    ['www.evil.example', 'www\\.evil.example'],
    ['`x` *y* _z_', '\\`x\\` \\*y\\* \\_z\\_'],
    ['198.18.0.1', '198.18.0.1'],
  ])('%s does not act', (text, escaped) => {
    expect(forMarkdown(text)).toBe(escaped);
  });

  test('text of any kind stays on its line, and opens no markup', () => {
    fc.assert(
      fc.property(anyText(400), (text) => {
        const safe = forMarkdown(text);
        expect(safe).not.toMatch(/[\n\r]/);
        expect(safe.replace(/\\[^a-z0-9\s]/gi, '')).not.toMatch(/[`*_[\]<>|]|:\/\/|^[-+=#]/);
      }),
    );
  });

  test('a report of any kind has no line that begins HTML', () => {
    fc.assert(
      fc.property(anyReport, fc.boolean(), (report, many) => {
        expect(draw(report, many)).not.toMatch(/(?<!\\)</);
      }),
      { numRuns: 40 },
    );
  });
});
