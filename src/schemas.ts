import { realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { profileFileSchema } from './inputs/profile-schema.js';
import { reportSchema } from './model/report.js';

/*
 * Publishes the zod schemas of files and reports as JSON Schema (2020-12): `npm run schemas` writes schemas/.
 */

interface Published {
  readonly schema: z.ZodType;
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

const PUBLISHED: Readonly<Record<string, Published>> = {
  'report.schema.json': {
    schema: reportSchema,
    id: 'urn:sallyport:report:1',
    title: 'sallyport report',
    description: 'The result of one check of one address. Fields may be added; see docs/report-format.md.',
  },
  'profile.schema.json': {
    schema: profileFileSchema,
    id: 'urn:sallyport:profile:1',
    title: 'sallyport profile',
    description: 'What may, must and must not be reachable on the public address of a site, and from where.',
  },
};

/** Renders one schema as what may be written (`input`): defaults may be left out, and only strict objects are closed. */
function renderSchema({ schema, id, title, description }: Published): string {
  const { $schema, description: _, ...body } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ $schema, $id: id, title, description, ...body }, null, 2)}\n`;
}

/** The published schemas: file name → text. */
export function renderSchemas(): Map<string, string> {
  return new Map(Object.entries(PUBLISHED).map(([file, published]) => [file, renderSchema(published)]));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const [file, text] of renderSchemas()) writeFileSync(new URL(`../schemas/${file}`, import.meta.url), text);
}
