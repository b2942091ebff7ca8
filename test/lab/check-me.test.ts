import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InviteFolder } from '../../src/files/invites/invite-folder.js';
import { parseListen } from '../../src/files/server/listen.js';
import { loadProfile } from '../../src/files/profiles/profile.js';
import type { NewInvite } from '../../src/model/invite.js';
import { startVantage, type Vantage } from '../../src/vantage/start-vantage.js';
import { createCheckMe } from '../../src/web/check-me/check-me.js';
import { openBrowser } from './browser.js';
import { expectReadable } from './inspect-page.js';

const directory = await mkdtemp(join(tmpdir(), 'check-me-'));
const browser = await openBrowser();
let vantage: Vantage;
let folder: InviteFolder;

beforeAll(async () => {
  const tokenFile = join(directory, 'tokens');
  const { addToken, hashToken } = await import('../../src/files/server/token-file.js');
  await addToken(tokenFile, { name: 'ann', hash: hashToken('x'), until: null, role: null });
  const invites = join(directory, 'invites');
  vantage = await startVantage({
    ...{ listen: parseListen('127.0.0.1:0'), tokenFile, sipPort: null, stunPorts: null, allowSpecial: true, invites },
    // Loading a page at three widths, twice, is more than someone does in a minute.
    limits: { addressRequests: 10_000 },
    plugin: createCheckMe({
      brand: {
        name: 'Example Phones',
        address: [],
        phone: null,
        email: null,
        web: null,
        logo: null,
        colour: '#0a5a8a',
        footer: null,
      },
      readBuilt: (name) => readFile(new URL(`../../dist/web/browser/${name}`, import.meta.url)),
    }),
  });
  folder = await InviteFolder.open(invites);
});
afterAll(async () => {
  await browser.close();
  await vantage.close();
});

async function invite(change: Partial<NewInvite> = {}): Promise<string> {
  const profile = { ...(await loadProfile('closed')), file: null };
  const wanted = { client: 'acme', profile, source: 'outsider', addresses: [], createdBy: null, ...change };
  return (await folder.make(wanted, 600, new Date())).code;
}

/** A page in a browser of its own, and what that complained of. */
async function open(options: { javaScriptEnabled?: boolean } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(vantage.url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(vantage.url);
  return { page, complaints, close: () => context.close() };
}

describe('in a browser', () => {
  test('someone gives a code by keyboard alone, watches the check, and keeps the report', async () => {
    const { page, complaints, close } = await open();
    await expectReadable(page, 'check-me-start');
    await page.keyboard.press('Tab');
    await expect(page.evaluate('document.activeElement.textContent')).resolves.toBe('Skip to the content');
    await page.keyboard.press('Tab');
    await page.keyboard.type((await invite()).toLowerCase().replace('-', ' '));
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/checks\//);
    const heading = page.getByText('Download the report');
    await heading.waitFor();
    await expectReadable(page, 'check-me-result');
    const [download] = await Promise.all([page.waitForEvent('download'), heading.click()]);
    expect(download.suggestedFilename()).toBe('sallyport-report.html');
    const file = join(directory, 'report.html');
    await download.saveAs(file);
    expect(await readFile(file, 'utf8')).toContain('Example Phones');
    // The link can be opened later, and going back sends nothing twice.
    const link = page.url();
    await page.goBack();
    await page.goto(link);
    await heading.waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('a wrong code is told beside its field, and another line before anything is checked', async () => {
    const { page, complaints, close } = await open();
    await page.fill('#code', '0000-0000');
    await page.click('button');
    await page.getByText('This code is not valid').waitFor();
    await expectReadable(page, 'check-me-wrong');
    // The answer 403 is one of those that browsers write down.
    complaints.splice(0);
    await page.fill('#code', await invite({ addresses: ['203.0.113.7'] }));
    await page.click('button');
    await page.getByRole('heading', { name: 'Is this the right line?' }).waitFor();
    await expectReadable(page, 'check-me-doubt');
    // Keeps the page as it is while the check goes on.
    await page.route('**/events', (route) => route.fulfill({ status: 204 }));
    await page.getByRole('button', { name: 'all the same' }).click();
    const progress = page.getByText(/^The check (?:begins|is under way)/);
    await progress.or(page.getByText('Download the report')).waitFor();
    // On a busy machine the check is over before the browser asks.
    if (await progress.isVisible()) await expectReadable(page, 'check-me-progress');
    await page.reload();
    await page.getByText('Download the report').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('all of it works without script', async () => {
    const { page, complaints, close } = await open({ javaScriptEnabled: false });
    await page.fill('#code', await invite());
    await page.click('button');
    await page.waitForURL(/\/checks\//);
    await page.getByText('Download the report').waitFor();
    await page.getByRole('heading', { name: 'Check of 127.0.0.1' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
