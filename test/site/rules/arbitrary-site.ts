import fc from 'fast-check';
import * as z from 'zod';
import { siteEvidenceSchema, siteReportSchema, type SiteEvidence, type SiteReport } from '../../../src/model/site.js';
import { hostileText } from '../../reports/sample-reports.js';
import { evidence } from './build-site.js';
import { CODE_POINT } from '../../words/code-point.js';

/** The part of JSON Schema that zod makes of our schemas. */
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly pattern?: string;
}

const TEXTS = [
  '',
  '192.168.1.1',
  '192.168.1.10',
  '192.168.1.50',
  '10.0.0.2',
  '100.64.1.1',
  '203.0.113.7',
  '198.51.100.9:4000',
  '[::1]:5',
  '0.0.0.0',
  '::ffff:192.168.1.10',
  'NAT-PMP 5060',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'outsider',
  'constructor',
  '__proto__',
  '\u001b[2J\u202e\r\n',
  hostileText,
];
const ENDPOINTS = ['tcp/80', 'tcp/8000', 'tcp/5060', 'udp/5060', 'udp/5351', 'udp/10020', 'tcp/41001', 'udp/43003'];

function textOf({ maxLength = 64, format, pattern }: JsonSchema): fc.Arbitrary<unknown> {
  if (format === 'date-time') return fc.constantFrom('2026-11-20T08:00:00.000Z', '2026-11-22T09:00:00Z');
  if (pattern?.includes('tcp|udp')) return fc.constantFrom(...ENDPOINTS);
  if (pattern?.includes('\\d{4}-')) return fc.constant('2026-12-31');
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.constantFrom(...TEXTS) },
      fc.string({ unit: CODE_POINT, maxLength: 30 }),
      fc.constant('“x” '.repeat(600)),
    )
    .map((text) => text.slice(0, maxLength));
}

/** Values that fit a schema, hostile where it lets them. */
function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(valuesOf));
  const { exclusiveMinimum = -1, minimum = exclusiveMinimum + 1, maximum = 100_000 } = schema;
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1000), max: Math.min(maximum, 100_000) });
    case 'number':
      return fc.integer({ min: Math.max(minimum, 0), max: 1_000_000 });
    case 'string':
      return textOf(schema);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case 'object': {
      const properties = Object.entries(schema.properties ?? {});
      const model = Object.fromEntries(properties.map(([name, value]) => [name, valuesOf(value)]));
      return fc.record(model, { requiredKeys: [...(schema.required ?? [])] });
    }
    case undefined:
    default:
      return fc.constant(null);
  }
}

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output' }) as JsonSchema;

/** Anything that has a form. */
export const anyOf = <T>(form: z.ZodType<T>) => valuesOf(schemaOf(form)) as fc.Arbitrary<T>;

/** All that the schema lets through. */
export const anyEvidence = valuesOf(schemaOf(siteEvidenceSchema)) as fc.Arbitrary<SiteEvidence>;
export const anySiteReport = valuesOf(schemaOf(siteReportSchema)) as fc.Arbitrary<SiteReport>;

/** A clean site of which some parts are anything: nearer to what happens. */
export const disturbedEvidence: fc.Arbitrary<SiteEvidence> = fc
  .tuple(
    anyEvidence,
    fc.array(fc.constantFrom('lan', 'standIn', 'pbxAddress', 'checklist', 'outside'), { maxLength: 2 }),
    fc.array(fc.constantFrom('check', 'proofs', 'sip', 'nat', 'problems', 'address', 'scope'), { maxLength: 2 }),
  )
  .map(([any, parts, outsideParts]) => {
    const clean = evidence();
    const pick = <T extends object>(from: T | null, names: readonly string[]) =>
      Object.fromEntries(Object.entries(from ?? {}).filter(([name]) => names.includes(name)));
    const outside = clean.outside && { ...clean.outside, ...pick(any.outside, outsideParts) };
    return { ...clean, outside, ...pick(any, parts) };
  });
