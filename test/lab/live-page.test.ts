import { afterAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { listRoster } from '../../src/fleet/sweep/roster.js';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from '../cli/filled-store.js';
import { servePages, TOKENS } from '../web/serve.js';
import { openBrowser } from './browser.js';

/*
 * A page that stays open, as on a screen on the wall: it must not go on to say that all is well.
 */

const browser = await openBrowser();
afterAll(() => browser.close());

const DAY_MS = 86_400_000;
const ACME = client('acme', { authorization: { by: 'Ann', reference: 'T1', until: null } });
const OPEN = survey(site(answer('tcp/80', 'nec-webpro')));

/** The page of all clients in a browser whose clock is ours, of a client that is as agreed. */
async function openFleet({ withTokens = false } = {}) {
  const clock = { ahead: 0 };
  const served = await servePages({ withTokens, now: () => new Date(Date.now() + clock.ahead) });
  const sweep = async (hours: number, seen = survey(site())) => {
    await addSweep(served.store.path, new Date(Date.now() - hours * 3_600_000).toISOString(), [
      { client: ACME, survey: seen },
    ]);
    await served.store.putRoster('/clients.yaml', listRoster([ACME]));
  };
  await sweep(2);
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  if (withTokens) {
    await page.goto(`${served.origin}/sign-in`);
    await page.fill('#token', TOKENS.viewer);
    await page.click('main button');
  } else await page.goto(served.origin);
  const row = page.locator('[data-part=clients] tbody tr');
  await row.getByText('As agreed').waitFor();
  return { ...served, page, row, clock, sweep };
}

describe('a page that stays open', () => {
  test('tells of a result that grew old, although nothing new is in the store', async () => {
    const { page, row, clock } = await openFleet();
    clock.ahead = 9 * DAY_MS;
    await page.clock.fastForward('05:01');
    await row.getByText('no check for 9 days').waitFor();
    expect(await row.getByText('As agreed').count()).toBe(0);
  });

  test('shows what is new while its list has the focus, and keeps that', async () => {
    const { page, row, sweep } = await openFleet();
    await row.getByRole('link').focus();
    await sweep(1, OPEN);
    await row.getByText('Action needed').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('/clients/acme');
  });

  test('shows what is new as a grid, too', async () => {
    const { page, sweep, origin } = await openFleet();
    await page.getByRole('link', { name: 'Grid' }).click();
    const tile = page.getByRole('list', { name: 'Clients' }).getByRole('listitem');
    await tile.getByText('As agreed').waitFor();
    await sweep(1, OPEN);
    await tile.getByText('Action needed').waitFor();
    expect(page.url()).toBe(`${origin}/?view=grid`);
  });

  test('says that it is out of date where its reader is signed out, and tells them nothing more', async () => {
    const { page, row, sweep, tokenFile, served } = await openFleet({ withTokens: true });
    await writeFile(tokenFile, '', { mode: 0o600 });
    await served.reload();
    await sweep(1, OPEN);
    await page.clock.fastForward('05:01');
    await page.getByRole('alert').getByText('This page is out of date').waitFor();
    expect(await row.getByText('Action needed').count()).toBe(0);
  });

  test('says that it is out of date where the server is gone', async () => {
    const { page, served } = await openFleet();
    await served.close();
    await page.clock.fastForward('05:01');
    await page.getByRole('alert').getByText('This page is out of date').waitFor();
  });
});
