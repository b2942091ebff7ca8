import * as z from 'zod';
import { alertConfigFileSchema } from '../fleet/alerts/alert-config-schema.js';
import { brandFileSchema } from '../files/brand/brand.js';
import { checklistFileSchema } from '../files/checklists/checklist.js';
import { inventoryFileSchema } from '../files/clients/inventory-schema.js';
import { profileFileSchema } from '../files/profiles/profile-file.js';
import { alertPayloadSchema } from '../model/alert-payload.js';
import { fleetReportSchema } from '../model/fleet-report.js';
import { handoverSchema } from '../model/handover.js';
import { siteReportSchema } from '../model/site.js';
import { signatureSchema } from '../model/signature.js';
import { sweepResultSchema } from '../model/sweep-result.js';
import { reportSchema } from '../model/report.js';

/*
 * The zod schemas of files and reports as JSON Schema (2020-12): `npm run generate` writes them to schemas/.
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
  'site.schema.json': {
    schema: siteReportSchema,
    id: 'urn:sallyport:site:1',
    title: 'sallyport site report',
    description:
      'A site seen from inside, or from inside and outside at once. Fields may be added; see docs/preinstall.md.',
  },
  'handover.schema.json': {
    schema: handoverSchema,
    id: 'urn:sallyport:handover:1',
    title: 'sallyport handover',
    description: 'All that a report for a customer is made from. Fields may be added; see docs/report.md.',
  },
  'fleet.schema.json': {
    schema: fleetReportSchema,
    id: 'urn:sallyport:fleet:1',
    title: 'sallyport fleet report',
    description: 'How all clients of a dealer stand. Fields may be added; see docs/report.md.',
  },
  'checklist.schema.json': {
    schema: checklistFileSchema,
    id: 'urn:sallyport:checklist:1',
    title: 'sallyport checklist',
    description:
      'What has to be done at a site but cannot be seen from the network, and who can attest it; see docs/checklist.md.',
  },
  'sweep-result.schema.json': {
    schema: sweepResultSchema,
    id: 'urn:sallyport:sweep-result:1',
    title: 'sallyport sweep result',
    description: 'The final result of one address of one client in a sweep. Fields may be added.',
  },
  'signature.schema.json': {
    schema: signatureSchema,
    id: 'urn:sallyport:signature:1',
    title: 'sallyport signature',
    description: 'The signature of a report that was handed over, with what it says; see docs/evidence.md.',
  },
  'alert.schema.json': {
    schema: alertPayloadSchema,
    id: 'urn:sallyport:alert:1',
    title: 'sallyport alert',
    description: 'What a webhook is sent; see docs/alerts.md.',
  },
  'inventory.schema.json': {
    schema: inventoryFileSchema,
    id: 'urn:sallyport:inventory:1',
    title: 'sallyport inventory',
    description: 'The clients of a dealer; see docs/inventory.md.',
  },
  'alert-config.schema.json': {
    schema: alertConfigFileSchema,
    id: 'urn:sallyport:alert-config:1',
    title: 'sallyport alert configuration',
    description: 'Where alerts go, and who hears what; see docs/alerts.md.',
  },
  'profile.schema.json': {
    schema: profileFileSchema,
    id: 'urn:sallyport:profile:1',
    title: 'sallyport profile',
    description: 'What may, must and must not be reachable on the public address of a site, and from where.',
  },
  'brand.schema.json': {
    schema: brandFileSchema,
    id: 'urn:sallyport:brand:1',
    title: 'sallyport brand',
    description: 'Who hands reports over: name, address, logo and colour; see docs/report.md.',
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
