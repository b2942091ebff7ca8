import fc from 'fast-check';
import * as z from 'zod';
import { CODE_POINT } from '../../words/code-point.js';

/** The parts of JSON Schema that zod writes for the data of rules. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** Draws data of a zod schema. Every text and list has to have a limit, for findings are stored. */
export function arbitraryOf(schema: z.ZodType): fc.Arbitrary<Record<string, unknown>> {
  return draw(z.toJSONSchema(schema) as JsonSchema) as fc.Arbitrary<Record<string, unknown>>;
}

function draw(schema: JsonSchema): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(draw));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries(schema.properties ?? {}).map(([key, value]) => [key, draw(value)] as const);
      return fc.record(Object.fromEntries(properties), { requiredKeys: [...(schema.required ?? [])] });
    }
    case 'array':
      return fc.array(draw(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: limit(schema.maxItems) });
    case 'string':
      return drawText(schema);
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? 0, -1e9), max: Math.min(schema.maximum ?? 1e9, 1e9) });
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case undefined:
    default:
      throw new Error(`no data can be drawn of ${JSON.stringify(schema)}`);
  }
}

/** Texts as hostile as a target may send them, up to the limit. */
function drawText({ pattern, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const max = limit(maxLength);
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.string({ unit: CODE_POINT, maxLength: Math.min(max, 24) }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('\u001b[2J', '“”', '\ud83d', '<b>').map((part) => part.repeat(max).slice(0, max)),
      },
    )
    .filter((text) => text.length <= max);
}

function limit(max: number | undefined): number {
  if (max === undefined) throw new Error('a text or a list in the data of a rule has no limit');
  return max;
}
