import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type ReportFormat, REPORT_FORMATS, REPORTERS } from '../../src/reports/registry.js';
import type { Reporter } from '../../src/reports/reporter.js';
import { sweptAs, write } from './run-end.js';
import { exampleReport } from './sample-reports.js';

/*
 * docs/formats.md shows what comes out.
 */

const page = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| (?:\[?`|`)/.test(line))
  .map((line) => line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)));
const [formats = []] = [rows.filter((row) => row.length === 6)];

test('has every format, with its endings, and whether clients have it', () => {
  expect(formats.flatMap(([, ids]) => ids)).toEqual(REPORT_FORMATS);
  const lines = page.split('\n');
  for (const [, ids = [], , endings = []] of formats) {
    const row = lines.find((line) => line.startsWith('| ') && line.includes(`\`${ids[0]}\``)) ?? '';
    const reporters = ids.map((id): Reporter => REPORTERS[id as ReportFormat]);
    const own = reporters.flatMap(({ id, endings: more = [] }) => [id, ...more]);
    for (const ending of endings) expect(own).toContain(ending.replace(/^\./, ''));
    for (const reporter of reporters) expect(row.endsWith('createClients' in reporter ? ' yes |' : ' no |')).toBe(true);
  }
});

describe('the example of', () => {
  const swept = sweptAs('acme');
  const shown = { ...swept, client: { ...swept.client, name: 'Acme Ltd' } };

  test.each(['nagios', 'prometheus', 'nmap-xml', 'defectdojo', 'junit', 'sarif'] as const)('%s', (id) => {
    const [, section = ''] = page.split(`\n## ${id}\n`);
    const [, language, example = ''] = /```(text|xml|json)\n([^]*?)\n```/.exec(section.split('\n## ')[0]!) ?? [];
    const { text } = write(REPORTERS[id], [exampleReport], { swept: shown });
    if (language === 'json') {
      const members = JSON.stringify(JSON.parse(example)).slice(1, -1);
      expect(text).toContain(members);
    } else for (const line of example.split('\n')) expect(`\n${text}`).toContain(`\n${line}`);
    expect(example).not.toBe('');
  });
});
