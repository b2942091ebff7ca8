import { describe, expect, test } from '@jest/globals';
import { REPORTERS } from '../../src/reports/registry.js';
import { compareViews, listViews } from '../../src/reports/vantage-views.js';
import { join } from '../check/join/join.js';
import { profile, see, site, survey } from '../check/rules/build-survey.js';
import { joinReport } from './joined-report.js';
import { write } from './run-end.js';
import { cleanReport } from './sample-reports.js';

const joined = joinReport();
const draw = (id: keyof typeof REPORTERS, report = joined): string => write(REPORTERS[id], [report]).text;

describe('what several vantages saw', () => {
  test('is compared where it matters: what is open to someone, and what not all saw alike', () => {
    expect(compareViews(joined)).toEqual({
      names: ['office', 'cloud', 'provider'],
      rows: [{ endpoint: 'udp/5060', service: 'sip-trunk', states: ['closed', 'open', 'open'] }],
      more: 0,
    });
  });

  test('is bounded, and what one did not ask is not what it saw', () => {
    const many = Array.from({ length: 45 }, (_, index) => see(`tcp/${9000 + index}`, 'filtered'));
    const compared = compareViews(
      join({ a: survey(site(see('tcp/4711', 'open'))), b: survey(site(...many)) }, profile()),
    );
    expect(compared?.rows).toEqual([{ endpoint: 'tcp/4711', service: null, states: ['open', null] }]);
    const both = many.map(({ endpoint }) => see(endpoint, 'closed'));
    const differing = compareViews(join({ a: survey(site(...both)), b: survey(site(...many)) }, profile()));
    expect([differing?.rows.length, differing?.more]).toEqual([40, 5]);
  });

  test('has each vantage with its result, and why one could not look', () => {
    expect(listViews(joined).map(({ name, standing }) => [name, standing])).toEqual([
      ['office', 'compliant'],
      ['cloud', 'violation'],
      ['provider', 'compliant'],
      ['branch', null],
    ]);
    expect(listViews(joined).at(-1)?.from).toBe('could not look: the worker is away');
    expect([listViews(cleanReport), compareViews(cleanReport)]).toEqual([[], null]);
  });
});

test('a terminal shows each vantage, and below them the endpoints side by side', () => {
  const text = draw('table');
  expect(text).toMatch(/^ {2}From +4 vantages: see below$/m);
  expect(text).toMatch(/^ {2}office: ✔ COMPLIANT, 198\.51\.100\.9, as "outsider"/m);
  expect(text).toMatch(/^ {2}branch: could not look: the worker is away$/m);
  expect(text).toMatch(
    /^ {2}ENDPOINT +office +cloud +provider +SERVICE\n {2}udp\/5060 +closed +open +open +sip-trunk$/m,
  );
  expect(draw('table', cleanReport)).not.toContain('SEEN FROM');
});

test('a document has both as tables, and says of no look that all is as agreed', () => {
  const text = draw('markdown');
  expect(text).toContain('Seen from');
  expect(text).toMatch(/\| office \| 198\.51\.100\.9, as .*Nothing found \|$/m);
  expect(text).toMatch(/\| udp\/5060 \(sip-trunk\) \| closed \| open \| open \|/);
  expect(text).toMatch(
    /4 places on the internet\\?: office at 198\.51\.100\.9, as anyone could; .*branch, which could not/,
  );
  expect(text).not.toContain('As agreed');
  expect(draw('markdown', cleanReport)).not.toContain('Seen from');
});

test.each(['csv', 'nagios', 'prometheus', 'junit', 'sarif', 'nmap-xml', 'json', 'ndjson', 'defectdojo'] as const)(
  '%s has the joined result',
  (id) => {
    const { text, exitCode } = write(REPORTERS[id], [joined]);
    expect(text).not.toBe('');
    if (id === 'nagios') expect([exitCode, text]).toEqual([2, expect.stringContaining('CRITICAL') as unknown]);
    if (id === 'json' || id === 'csv' || id === 'sarif') expect(text).toContain('restriction-broken');
    if (id === 'csv') expect(text).not.toContain('sip-open-to-world');
  },
);
