import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand, WINDOWS } from './run-command.js';

/** What became of a page that was to be printed. */
export type Print =
  | { readonly kind: 'printed'; readonly pdf: Buffer }
  /** No browser here. */
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly problem: string };

/** A browser starts in a second or two; on a slow machine that is busy, in many. */
const TIMEOUT_MS = 60_000;

const PROGRAMS = ['C:\\Program Files', 'C:\\Program Files (x86)'];

/** Where Chromium and what is built from it are, by system. */
const BROWSERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['chromium', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable', 'microsoft-edge'].map(
    (name) => `/usr/bin/${name}`,
  ),
  darwin: ['Google Chrome', 'Microsoft Edge', 'Chromium'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: ['Microsoft\\Edge\\Application\\msedge.exe', 'Google\\Chrome\\Application\\chrome.exe'].flatMap((program) =>
    PROGRAMS.map((folder) => `${folder}\\${program}`),
  ),
};

/** Nothing of the user's, nothing new, and nothing over the network: all names are unknown, and no proxy answers. */
const ARGUMENTS = [
  ...['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-default-browser-check'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions'],
  ...['--disable-default-apps', '--disable-domain-reliability', '--disable-breakpad', '--metrics-recording-only'],
  ...['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=http://127.0.0.1:9'],
  ...['--no-pdf-header-footer', '--generate-pdf-document-outline', '--export-tagged-pdf'],
];

/**
 * Has a browser print a page that needs no network. Never rejects for what the browser does.
 * @param browser its file; null: the first that is found in the usual places
 */
export async function printPage(page: string, browser: string | null): Promise<Print> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-print-'));
  try {
    const file = join(directory, 'page.html');
    await writeFile(file, page, { mode: 0o600 });
    for (const program of browser === null ? (BROWSERS[process.platform] ?? []) : [resolve(browser)]) {
      const result = await print(program, file, directory);
      if (result.kind !== 'missing') return result;
    }
    return { kind: 'missing' };
  } finally {
    // Its helpers may still write for a moment.
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function print(program: string, file: string, directory: string): Promise<Print> {
  const printed = join(directory, 'page.pdf');
  const args = [
    ...ARGUMENTS,
    // Chromium's sandbox does not work for root.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--user-data-dir=${join(directory, 'profile')}`,
    `--print-to-pdf=${printed}`,
    pathToFileURL(file).href,
  ];
  const env = { LC_ALL: 'C', HOME: directory, TMPDIR: directory, TEMP: directory, TMP: directory, SystemRoot: WINDOWS };
  const result = await runCommand(program, args, { timeoutMs: TIMEOUT_MS, env });
  if (result.kind !== 'ran') return result;
  const pdf = await readFile(printed).catch(() => null);
  return pdf?.toString('latin1', 0, 5) === '%PDF-'
    ? { kind: 'printed', pdf }
    : { kind: 'failed', problem: `${program} printed nothing (exit code ${result.code})` };
}
