import * as z from 'zod';
import { throwErrors } from './combine-errors.js';
import type { InputError } from './input-error.js';
import { quote } from './quote.js';
import { suggest } from './suggest.js';
import { problemAt, type KeyPath, type YamlDocument } from './yaml-document.js';

/**
 * Checks the value of a YAML file against a schema.
 * @throws InputError with one line, as `file:line:column: key path: problem`, for each problem
 */
export function checkSchema<T>(document: YamlDocument, schema: z.ZodType<T>): T {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => describeIssue(document, schema, issue));
  throwErrors(problems);
  throw result.error;
}

function describeIssue(document: YamlDocument, schema: z.ZodType, issue: z.core.$ZodIssue): InputError[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = listKnownKeys(schema, path);
    return issue.keys.map((key) => problemAt(document, [...path, key], `unknown key${suggest(key, known)}`));
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(document, path, issue.issues[0]?.message ?? issue.message)];
  }
  if (issue.code === 'invalid_type' && valueAt(document.value, path) === undefined && path.length > 0) {
    return [problemAt(document, path.slice(0, -1), `key ${quote(String(path.at(-1)))} is missing`)];
  }
  return [problemAt(document, path, issue.message)];
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], value);
}

interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
}

function listKnownKeys(schema: z.ZodType, path: KeyPath): string[] {
  let node = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema | undefined;
  for (const key of path) {
    const inner = node?.properties?.[String(key)] ?? node?.items ?? node?.additionalProperties;
    node = typeof inner === 'object' ? inner : undefined;
  }
  return Object.keys(node?.properties ?? {});
}
