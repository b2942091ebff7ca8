import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SITE_REPORTERS } from '../../../src/reports/site-reporters.js';
import { anySiteReport } from '../../site/rules/arbitrary-site.js';
import { evidence, outside, proofs, report } from '../../site/rules/build-site.js';
import { expectHarmlessPage, parsePage } from './parse-page.js';

const STYLE = { color: false, width: 80 };

const refused = {
  ...{ id: 'codes', title: 'Codes are changed', programs: ['90-28'], how: 'Change them.', state: 'refused' as const },
  ...{ by: 'Kim', role: 'dealer', at: '2026-11-20T09:00:00.000Z', expiresAt: null, note: '', attestedBy: [] },
};

describe('the page of a site', () => {
  test('names what is not done by the checklist, and says once what to do about it', () => {
    const checklist = { checklist: 'nec-sl', items: [refused] };
    const site = report(evidence({ checklist }), { kind: 'preinstall' });
    const { text } = parsePage(SITE_REPORTERS.html(site, null, STYLE));
    const [first = ''] = text.split('What was checked');
    expect(first).toContain('Codes are changed (NEC 90-28) (Kim, dealer, on 2026-11-20)');
    expect(first.match(/Change them\./g)).toHaveLength(1);
  });

  test('says whether the phone system may go in, and that nothing was seen from outside', () => {
    const site = report(evidence({ outside: null }), { kind: 'preinstall' });
    const page = SITE_REPORTERS.html(site, null, STYLE);
    expectHarmlessPage(page);
    expect(parsePage(page).text).toMatch(/Not fit yet|Not verified|Fit to install/);
    expect(parsePage(page).text.includes('Fit to install')).toBe(site.verdict === 'compliant');
    expect(parsePage(page).text).toContain('not seen from outside');
  });

  test('has no endpoint in its headline, which the evidence has', () => {
    const open = evidence({ outside: outside({ proofs: proofs({ arrived: ['tcp/8000'] }) }) });
    const site = report(open, { kind: 'preinstall' });
    expect(site).toMatchObject({ verdict: 'violation', summary: expect.stringContaining('tcp/8000') });
    const { text } = parsePage(SITE_REPORTERS.html(site, null, STYLE));
    const [first = '', ...rest] = text.split('What to do');
    expect(first).toMatch(/Not fit yet\s*\d things? (?:has|have) to be changed\./);
    expect(first).not.toMatch(/(?:tcp|udp)\/\d/);
    expect(rest.join('')).toContain('tcp/8000');
  });

  test('is harmless and whole for any report, and so is Markdown', () => {
    fc.assert(
      fc.property(anySiteReport, (site) => {
        expectHarmlessPage(SITE_REPORTERS.html(site, null, STYLE));
        expect(SITE_REPORTERS.markdown(site, null)).not.toMatch(/(?<!\\)</);
      }),
      { numRuns: 40 },
    );
  });
});
