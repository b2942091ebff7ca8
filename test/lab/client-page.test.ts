import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { answer, site, survey } from '../check/rules/build-survey.js';
import { addSweep, client } from '../cli/filled-store.js';
import { servePages } from '../web/serve.js';
import { openBrowser } from './browser.js';
import { expectReadable } from './inspect-page.js';

const INVENTORY = `# Clients of Ann
defaults:
  authorization: { by: Ann, reference: T1 }
clients:
  # the first
  - id: acme
    name: Acme Dental & Söhne
    address: [127.0.0.11, 127.0.0.12]
    schedule: 30 3 * * *
    tags: [gold]
  - { id: bolt, name: Bolt, address: 127.0.0.13 }
`;

const browser = await openBrowser();
afterAll(() => browser.close());

/** Pages with a client of two addresses that has a month of history. */
async function serveMonth() {
  const served = await servePages({ inventory: INVENTORY });
  const acme = client('acme', { name: 'Acme Dental & Söhne', addresses: ['127.0.0.11', '127.0.0.12'] });
  const open = survey(site(answer('tcp/80', 'nec-webpro')));
  const looks = [...Array<null>(8).fill(null), 'cut', 'cut', null, 'open', 'open', 'open', null, null, 'cut', 'open'];
  for (const [index, look] of looks.entries()) {
    const at = new Date(Date.now() - (looks.length - index) * 86_400_000 + 3_600_000).toISOString();
    const first = look === 'open' ? open : { ...survey(site()), interrupted: look === 'cut' };
    await addSweep(served.store.path, at, [
      { client: acme, survey: first, slot: '127.0.0.11' },
      { client: acme, survey: survey(site()), slot: '127.0.0.12' },
    ]);
  }
  return served;
}

async function openPage(options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

describe('the page of a client', () => {
  test('can be read at every width, in light and dark, by everyone, with all its forms open', async () => {
    const { origin } = await serveMonth();
    const { page, complaints } = await openPage();
    for (const [name, path] of [
      ['client', '/clients/acme'],
      ['client-new', '/clients/bolt'],
      ['edit', '/clients/acme/edit'],
    ] as const) {
      await page.goto(origin + path);
      await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
      await expectReadable(page, name);
    }
    expect(complaints).toEqual([]);
  }, 120_000);

  test('is brought up to date when something changes, but for a form that someone is filling in', async () => {
    const { origin, store } = await serveMonth();
    const { page, complaints } = await openPage();
    await page.goto(`${origin}/clients/acme`);
    await page.locator('summary', { hasText: 'Accept a finding' }).click();
    await page.locator('#reason').fill('moves in June');
    const at = new Date(Date.now() - 60_000).toISOString();
    const acme = client('acme', { name: 'Acme', addresses: ['127.0.0.11', '127.0.0.12'] });
    await addSweep(store.path, at, [{ client: acme, survey: survey(site()), slot: '127.0.0.11' }]);
    await page.locator('[data-part=report] .verdict.compliant').waitFor();
    expect(await page.locator('#reason').inputValue()).toBe('moves in June');
    expect(complaints).toEqual([]);
  });

  test('takes a finding as accepted, and back and reload send nothing again', async () => {
    const { origin, store } = await serveMonth();
    const { page, complaints } = await openPage();
    await page.goto(`${origin}/clients/acme`);
    await page.locator('summary', { hasText: 'Accept a finding' }).click();
    await page.locator('#by').fill('Ann');
    await page.locator('#reason').fill('moves in June');
    await page.locator('#until').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    await page.getByText('The finding is accepted.').waitFor();
    await page.reload();
    await page.goBack();
    await page.goForward();
    expect(await store.listWaivers('acme')).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  test('can be read and used without script: a check, and its result', async () => {
    const { origin, checks } = await servePages({ inventory: INVENTORY });
    const { page } = await openPage({ javaScriptEnabled: false });
    await page.goto(`${origin}/clients/bolt`);
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByRole('heading', { name: 'Check of Bolt' }).waitFor();
    const [check] = checks.list();
    await page.getByText('What was checked').waitFor();
    expect(check?.client).toBe('bolt');
    await page.getByRole('link', { name: 'The client’s page' }).click();
    await page.getByRole('heading', { name: 'Bolt', exact: true }).waitFor();
  });

  test('shows a check as it goes on', async () => {
    const { origin } = await servePages({ inventory: INVENTORY });
    const { page, complaints } = await openPage();
    await page.goto(`${origin}/clients/acme`);
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('What was checked').waitFor();
    await page.locator('summary', { hasText: 'All endpoints' }).click();
    await expectReadable(page, 'check');
    expect(complaints).toEqual([]);
  }, 120_000);
});

test('an entry that was edited in a second tab is told, with both texts, and is written in the end', async () => {
  const { origin, file } = await serveMonth();
  const { page: first, complaints } = await openPage();
  const second = await first.context().newPage();
  for (const page of [first, second]) await page.goto(`${origin}/clients/acme/edit`);
  const entry = await first.locator('textarea').inputValue();
  expect(entry.startsWith('id: acme\nname:')).toBe(true);
  await second.locator('textarea').fill(`${entry}\nnotes: theirs`);
  await second.getByRole('button', { name: 'Write' }).click();
  await second.getByText('The inventory is written.').waitFor();
  await first.locator('textarea').fill(`${entry}\nnotes: mine`);
  await first.getByRole('button', { name: 'Write' }).click();
  await first.getByText('someone changed this entry').waitFor();
  expect(await first.locator('pre').textContent()).toContain('notes: theirs');
  await expectReadable(first, 'conflict');
  await first.getByRole('button', { name: 'Write' }).click();
  await first.getByText('The inventory is written.').waitFor();
  expect(readFileSync(file, 'utf8')).toBe(INVENTORY.replace('[gold]', '[gold]\n    notes: mine'));
  // The answer of a form that did not work is an error to the console of the browser.
  expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
}, 120_000);

test('a link for the customer shows the report without signing in', async () => {
  const { origin } = await serveMonth();
  const { page, complaints } = await openPage();
  await page.goto(`${origin}/clients/acme`);
  await page.locator('summary', { hasText: 'Make a link' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  const url = await page.locator('#url').inputValue();
  const { page: customer, complaints: theirs } = await openPage();
  await customer.goto(url);
  await customer.locator('.verdict.violation').waitFor();
  await expectReadable(customer, 'shared');
  expect([...complaints, ...theirs]).toEqual([]);
}, 120_000);

test('a code for a check from the site is shown once, and listed with what became of it', async () => {
  const { origin } = await serveMonth();
  const { page, complaints } = await openPage();
  await page.goto(`${origin}/clients/acme`);
  await page.getByLabel('The code is valid for').selectOption('a week');
  await page.getByRole('button', { name: 'Make a code' }).click();
  const code = await page.locator('.code').textContent();
  await expectReadable(page, 'code');
  await page.getByRole('link', { name: 'Back to Acme' }).click();
  const codes = page.locator('[data-part=codes]');
  await codes.getByText('not used yet').waitFor();
  await expectReadable(page, 'codes');
  expect(await page.content()).not.toContain(code);
  expect(complaints).toEqual([]);
}, 120_000);
