// npm run pictures: draws the pictures of the documentation from the demo's sites, so that they show what people see.
// Needs Chromium; the sites listen on addresses of this machine, and nothing leaves it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { SITES } from '../../dist/lab/sites.js';
import { startSite } from '../../dist/lab/start-site.js';

const here = fileURLToPath(new URL('./', import.meta.url));
const program = fileURLToPath(new URL('../../bin/sallyport.js', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'pictures-'));
const MOST_BYTES = 150_000;

/** Runs sallyport beside the site that it checks; its standard output, whatever the verdict. */
async function run(args, env = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text, [code]] = await Promise.all([child.stdout.setEncoding('utf8').toArray(), once(child, 'exit')]);
  if (code === null || code === 2) throw new Error(`sallyport ${args.join(' ')} failed`);
  return text.join('');
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const COLOURS = { 31: '#ff8a80', 32: '#6fd08c', 33: '#f0b849', 34: '#8ab4ff', 35: '#c9a7ff', 36: '#7cc7f2' };

/** A terminal as a page: SGR colours and bold as styles. */
function drawTerminal(text) {
  let bold = false;
  let colour = null;
  const spans = text.split(new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`)).map((part, index) => {
    if (index % 2 === 1) {
      const code = Number(part);
      if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39 || code === 0) colour = null;
      else if (COLOURS[code]) colour = COLOURS[code];
      return '';
    }
    const style = `${bold ? 'font-weight:700;' : ''}${colour ? `color:${colour}` : ''}`;
    return `<span style="${style}">${part.replace(/[&<>]/g, (char) => ENTITIES[char])}</span>`;
  });
  return `<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0;background:#14171b;color:#e8ebee;font:14px/1.35 "DejaVu Sans Mono",monospace}pre{margin:0;padding:16px;display:inline-block}</style><pre>${spans.join('')}</pre>`;
}

/** Serves the pages of a simulated dealer until `stop()`. */
async function startPages() {
  const child = spawn(process.execPath, [program, 'demo', '--serve', '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let told = '';
  for await (const text of child.stderr.setEncoding('utf8')) {
    told += text;
    const url = /serving on (http:\S+)/.exec(told)?.[1];
    if (url) return { url, stop: () => Promise.all([once(child, 'exit'), child.kill()]) };
  }
  throw new Error(`no pages are served: ${told}`);
}

const site = await startSite(SITES.dmz, { address: SITES.dmz.address });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
try {
  const services = Object.entries(site.services).flatMap(([id, ports]) => ['--service', `${id}=${ports.join(',')}`]);
  const call = ['check', site.address, '--allow-special', '--profile', SITES.dmz.profile, ...services];
  const shoot = async (name, url, { width, height, element }) => {
    const page = await browser.newPage({ viewport: { width, height } });
    await page.goto(url);
    const path = join(here, `${name}.png`);
    await (element ? page.locator(element) : page).screenshot({ path });
    await page.close();
    const { size } = statSync(path);
    if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes: more than ${MOST_BYTES}`);
    console.log(`${name}.png: ${Math.round(size / 1000)} kB`);
  };
  const draw = (name, html, frame) => {
    const file = join(work, `${name}.html`);
    writeFileSync(file, html);
    return shoot(name, pathToFileURL(file).href, frame);
  };
  await draw('report', await run([...call, '--format', 'html', '--quiet']), { width: 900, height: 940 });
  const text = await run([...call, '--quiet'], { FORCE_COLOR: '1', NO_COLOR: '', COLUMNS: '84' });
  const lines = text.split('\n').slice(0, 28);
  const shown = `$ sallyport check ${site.address} --profile ${SITES.dmz.profile}\n${lines.join('\n')}\n…`;
  await draw('terminal', drawTerminal(shown), { width: 900, height: 700, element: 'pre' });
  const pages = await startPages();
  try {
    await shoot('clients', pages.url, { width: 1180, height: 800 });
    await shoot('client', `${pages.url}/clients/harbour-dental`, { width: 1000, height: 880 });
  } finally {
    await pages.stop();
  }
} finally {
  await browser.close();
  await site.stop();
  rmSync(work, { recursive: true });
}
