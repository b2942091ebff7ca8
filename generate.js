import { readFileSync, writeFileSync } from 'node:fs';
import { renderSchemas } from './dist/reports/schemas.js';
import { fillRulePage, renderBreakInPage } from './dist/site/judge/explain-rules.js';

/* Writes the JSON Schemas of files and reports to schemas/, and what the rules say of themselves to docs/. */
for (const [file, text] of renderSchemas()) writeFileSync(new URL(`schemas/${file}`, import.meta.url), text);
for (const file of ['findings.md', 'site-findings.md']) {
  const page = new URL(`docs/${file}`, import.meta.url);
  writeFileSync(page, fillRulePage(readFileSync(page, 'utf8')));
}
writeFileSync(new URL('docs/after-a-break-in.md', import.meta.url), renderBreakInPage());
