import { writeFileSync } from 'node:fs';
import { renderSchemas } from './dist/reports/schemas.js';

/* Writes the JSON Schemas of files and reports to schemas/. */
for (const [file, text] of renderSchemas()) writeFileSync(new URL(`schemas/${file}`, import.meta.url), text);
