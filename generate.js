import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { renderSchemas } from './dist/reports/schemas.js';
import { fillRulePage, renderBreakInPage } from './dist/site/judge/explain-rules.js';

/* Writes the JSON Schemas of files and reports to schemas/, and what the rules say of themselves to docs/. */
for (const [file, text] of renderSchemas()) writeFileSync(new URL(`schemas/${file}`, import.meta.url), text);
for (const file of ['findings.md', 'site-findings.md']) {
  const page = new URL(`docs/${file}`, import.meta.url);
  writeFileSync(page, fillRulePage(readFileSync(page, 'utf8')));
}
writeFileSync(new URL('docs/after-a-break-in.md', import.meta.url), renderBreakInPage());

/* The API of the pages, as they describe it themselves. */
/* global fetch */
const directory = mkdtempSync(join(tmpdir(), 'sallyport-generate-'));
writeFileSync(join(directory, 'clients.yaml'), 'clients: []\n');
const serve = spawn(
  process.execPath,
  [
    ...['bin/sallyport.js', 'serve', '--listen', '127.0.0.1:0'],
    ...['--inventory', join(directory, 'clients.yaml'), '--store', join(directory, 'store.sqlite')],
  ],
  { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'ignore', 'pipe'] },
);
for await (const line of createInterface({ input: serve.stderr })) {
  const url = /serving on (\S+)/.exec(line)?.[1];
  if (!url) continue;
  const document = await (await fetch(`${url}/api/v1/openapi.json`)).json();
  writeFileSync(new URL('schemas/openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
  serve.kill();
}
rmSync(directory, { recursive: true });
