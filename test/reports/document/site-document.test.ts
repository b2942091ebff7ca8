import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SITE_REPORTERS } from '../../../src/reports/site-reporters.js';
import { anySiteReport } from '../../site/rules/arbitrary-site.js';
import { evidence, report } from '../../site/rules/build-site.js';
import { expectHarmlessPage, parsePage } from './parse-page.js';

const STYLE = { color: false, width: 80 };

describe('the page of a site', () => {
  test('says whether the phone system may go in, and that nothing was seen from outside', () => {
    const site = report(evidence({ outside: null }), { kind: 'preinstall' });
    const page = SITE_REPORTERS.html(site, null, STYLE);
    expectHarmlessPage(page);
    expect(parsePage(page).text).toMatch(/Not fit yet|Not verified|Fit to install/);
    expect(parsePage(page).text.includes('Fit to install')).toBe(site.verdict === 'compliant');
    expect(parsePage(page).text).toContain('not seen from outside');
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
