import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Where pictures of the pages go, for people to look at; none if it is not set. */
const PICTURES = process.env['SALLYPORT_PICTURES'];

/** What axe-core finds on a page as it is now, and is serious. */
export async function audit(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(
    `(async () => { ${AXE}; return axe.run(document, { runOnly: ${JSON.stringify(RULES)} }); })()`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 120)}`));
}

/** Expects of a page that everyone can read it at each width, in light and dark, and that nothing is wider than it. */
export async function expectReadable(page: Page, name: string): Promise<void> {
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const beyond = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      const state = { name, width, colorScheme };
      expect({ ...state, beyond, found: await audit(page) }).toEqual({ ...state, beyond: 0, found: [] });
      if (PICTURES === undefined) continue;
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}
