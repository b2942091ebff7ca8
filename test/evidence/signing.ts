import { createKey } from '../../src/evidence/keys.js';
import type { Signing } from '../../src/evidence/sign-document.js';

/** A small report, and all that is signed with it. */
export const signing: Signing = {
  report: { schema: 'sallyport/report@1', verdict: 'violation', text: 'Bäckerei "A"' },
  client: { id: 'bakery', name: 'Bäckerei Ähre' },
  verdict: 'violation',
  checks: [{ target: '203.0.113.7', verdict: 'violation', measuredAt: '2026-01-05T10:22:31.204Z' }],
  chain: { client: 'bakery', length: 17, head: 'ab'.repeat(32) },
  key: createKey('Example Telecom'),
  at: new Date('2026-01-05T10:30:00Z'),
};

/** The report as a file. */
export const jsonFile = Buffer.from(`${JSON.stringify(signing.report, null, 2)}\n`);

/** A page that offers the report to be saved. */
export const page = Buffer.from(
  `<!doctype html>\n<title>Bäckerei</title>\n<a download="report.json" href="data:application/json;base64,${jsonFile.toString('base64')}">Data</a>\n`,
);

/** As little as a PDF can be, with the end that every PDF has. */
export const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n43\n%%EOF',
);
