import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type DemoFleet, startDemoFleet } from '../../src/cli/kit/demo-fleet.js';
import { openBrowser } from './browser.js';
import { expectReadable } from './inspect-page.js';

const BIN = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));

let fleet: DemoFleet;
let url: string;
/** What serve said on standard error. */
let told = '';
let stop = async (): Promise<void> => {};
const browser = await openBrowser();

const run = (...args: string[]) => spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });

beforeAll(async () => {
  fleet = await startDemoFleet();
  const files = ['--inventory', fleet.inventory, '--store', fleet.store];
  const server = run('serve', ...files, '--listen', '127.0.0.1:0', '--allow-special', '--timing', 'fast');
  url = await new Promise<string>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      const [, found] = /serving on (http:\S+)/.exec(told) ?? [];
      if (found) resolve(found);
    });
    server.once('exit', () => reject(new Error(told)));
  });
  stop = async () => {
    server.kill('SIGTERM');
    await once(server, 'exit');
  };
});

afterAll(async () => {
  await browser.close();
  await stop();
  await fleet.stop();
});

/** A page in a browser of its own, and what that complained of or asked of others. */
async function open(path: string, options: { javaScriptEnabled?: boolean } = {}) {
  const context = await browser.newContext(options);
  const page: Page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(url + path);
  return { page, complaints, close: () => context.close() };
}

test('it is said once that there is no control', () => {
  expect(told.match(/there is no --control/g)).toHaveLength(1);
});

test('many can listen, and the operator is warned of nothing', async () => {
  const stop = new AbortController();
  const streams = await Promise.all(Array.from({ length: 12 }, () => fetch(`${url}/live`, { signal: stop.signal })));
  await Promise.all(streams.map(({ body }) => body!.getReader().read()));
  stop.abort();
  expect(told).not.toContain('Warning');
});

describe('Prometheus', () => {
  test.each(['/metrics', '/probe?target=harbour-dental', '/probe?target=bakery', '/probe?target=127.0.0.32'])(
    'reads %s, and promtool has nothing to say',
    async (path) => {
      const response = await fetch(url + path);
      const input = await response.text();
      expect(response.status).toBe(200);
      expect(input).toMatch(/^(?:sallyport_addresses\{|probe_success )/m);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      expect({ status, told: stdout + stderr }).toEqual({ status: 0, told: '' });
    },
  );
});

describe('the pages of a dealer', () => {
  const paths = [
    '/',
    '/?view=grid',
    '/changes?since=30d',
    '/check',
    '/profiles',
    '/profiles/closed?try=1',
    '/operator',
  ];
  // Of this client, what answers is hostile.
  test.each([...paths, '/clients/quayside'])(
    '%s can be read at every width, in light and dark, by everyone; and asks for nothing elsewhere',
    async (path) => {
      const { page, complaints, close } = await open(path);
      await expectReadable(page, `serve${path.replace(/\W+/g, '-')}`);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test('the first weighs less than 100 kB, scripts and styles included', async () => {
    const { page, close } = await open('/');
    const bytes = await page.evaluate<number>(
      `performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
         .reduce((sum, { transferSize }) => sum + transferSize, 0)`,
    );
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(100_000);
    await close();
  });

  test('the chart is drawn from the table, and again in other colours', async () => {
    const { page, complaints, close } = await open('/');
    expect(await page.locator('.chart canvas').count()).toBe(1);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await page.locator('.chart canvas').count()).toBe(1);
    // The legend shows each line as it is drawn, so that it can be told apart without colours.
    const samples = await page.$$eval('.u-legend .u-series:not(:first-child) .u-marker', (markers) =>
      markers.map((marker) => {
        const { backgroundImage, width, height } = getComputedStyle(marker);
        return [backgroundImage.replaceAll(/rgb\([^)]*\)/g, ''), parseFloat(width) > 4 * parseFloat(height)].join();
      }),
    );
    expect(samples).toHaveLength(4);
    expect(new Set(samples).size).toBe(4);
    expect(samples.every((sample) => sample.endsWith('true'))).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a page brings itself up to date with what another process finds, and keeps what someone writes', async () => {
    const { page, complaints, close } = await open('/');
    await page.locator('#search').fill('half a w');
    const row = page.locator('tr', { hasText: 'Station Garage' });
    const before = await row.textContent();
    const files = ['--inventory', fleet.inventory, '--store', fleet.store, '--allow-special', '--timing', 'fast'];
    const sweep = run('sweep', ...files, '--client', 'station-garage', '--confirm-after', '0');
    await once(sweep, 'exit');
    await page.waitForFunction(
      ({ name, old }) => {
        const rows = [...document.querySelectorAll('tr')].filter(({ textContent }) => textContent?.includes(name));
        return rows.length === 1 && rows[0]!.textContent !== old;
      },
      { name: 'Station Garage', old: before },
    );
    expect(await page.locator('#search').inputValue()).toBe('half a w');
    expect(complaints).toEqual([]);
    await close();
  });

  test('all can be read and filtered without script', async () => {
    const { page, close } = await open('/', { javaScriptEnabled: false });
    await page.locator('#search').fill('harbour');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('tbody tr').first().textContent()).toContain('Harbour Dental');
    await page.getByRole('link', { name: 'Changes' }).click();
    expect(await page.locator('h1').textContent()).toBe('What changed');
    await page.goBack();
    expect(page.url()).toContain('search=harbour');
    await close();
  });

  test('an address is checked before one’s eyes, and the verdict stays', async () => {
    const { page, complaints, close } = await open('/check');
    await page.locator('#target').fill('127.0.0.31');
    await page.locator('#by').fill('Ann, ticket 7');
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.waitForURL(/\/checks\/[\w-]+$/);
    await page.getByText('Action needed').first().waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});
