import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { REPORTERS } from '../../src/reports/registry.js';
import { SITE_REPORTERS } from '../../src/reports/site-reporters.js';
import { runHere } from '../cli/run.js';
import { addSweep, client } from '../cli/filled-store.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { WHOLE } from '../reports/run-end.js';
import { SAMPLES } from '../reports/sample-reports.js';
import { evidence, report as siteReport } from '../site/rules/build-site.js';
import { openBrowser } from './browser.js';
import { audit, expectReadable } from './inspect-page.js';

const STYLE = { color: false, width: 80, reasons: false, many: false };

const directory = await mkdtemp(join(tmpdir(), 'pages-'));
const browser = await openBrowser();
afterAll(() => browser.close());

/** A page of a client with history, changes and two addresses, as a customer gets it. */
async function drawClient(): Promise<string> {
  const store = join(directory, 'pages.sqlite');
  const acme = client('acme', { name: 'Acme Dental & Söhne', addresses: ['203.0.113.7', '203.0.113.8'] });
  const both = (first: ReturnType<typeof survey>) => [
    { client: acme, survey: first },
    { client: acme, survey: survey(site()), slot: '203.0.113.8' },
  ];
  await addSweep(store, '2026-11-01T03:00:00.000Z', both(survey(site())));
  await addSweep(store, '2026-11-02T03:00:00.000Z', both({ ...survey(site()), interrupted: true }));
  await addSweep(store, '2026-11-03T03:00:00.000Z', both(survey(site(answer('tcp/80', 'nec-webpro')))));
  return (await runHere(['report', 'acme', '--store', store, '--since', '2026-11-01'])).stdout;
}

const drawSample = (name: string): string => {
  const writer = REPORTERS.html.create(STYLE);
  return writer.begin() + writer.report(SAMPLES[name]!) + writer.end(WHOLE);
};

const PAGES: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['a client with history', drawClient],
  ['a site', () => SITE_REPORTERS.html(siteReport(evidence()), null, STYLE)],
  ...Object.keys(SAMPLES).map((name) => [name, () => drawSample(name)] as const),
];

describe.each(PAGES)('%s', (name, draw) => {
  test('can be read at every width, in light and dark and in print, by everyone; and asks for nothing', async () => {
    const file = join(directory, `${name.replaceAll(' ', '-')}.html`);
    await writeFile(file, await draw());
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    const { href } = pathToFileURL(file);
    await page.goto(href);
    await expectReadable(page, name.replaceAll(' ', '-'));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await audit(page)).toEqual([]);
    expect(asked).toEqual([href]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
