import * as z from 'zod';
import { type InputError, throwErrors } from './input-error.js';
import { type KeyPath, problemAt, type YamlDocument } from './yaml-document.js';
import { quoteInput, suggest } from '../../words/input.js';

/** Anything but control characters and halves of characters outside the basic plane. */
const NO_CONTROLS = /^[^\p{Cc}\p{Cs}]*$/u;

/** Text in a file; a number is told to be put into quotes. */
export const anyText = z.string({
  error: ({ input }) => (input === undefined ? undefined : 'expected text; put numbers into quotes'),
});

/** One line of text: trimmed, not empty, at most `max` UTF-16 code units, no control characters. */
export const line = (max: number) =>
  anyText
    .trim()
    .min(1, { error: 'is empty', abort: true })
    .max(max, { error: `is longer than ${max} characters`, abort: true })
    .regex(NO_CONTROLS, { error: 'control characters are not allowed', abort: true });

/**
 * Checks the value of a YAML file against a schema.
 * @throws InputError with one line, as `file:line:column: key path: problem`, for each problem
 */
export function checkSchema<T>(document: YamlDocument, schema: z.ZodType<T>): T {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  throwErrors(describeIssues(document, schema, result.error.issues));
  throw result.error;
}

/** What is wrong with a document, of which a schema found these issues. */
export function describeIssues(
  document: YamlDocument,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): InputError[] {
  return listIssues(issues).flatMap(createDescriber(document, schema));
}

/** All issues, with those of the fitting branch in place of a failed union: a list does not get the message that it is not text. */
export function listIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return issue;
    const isOfKind = (inner: z.core.$ZodIssue) => inner.code !== 'invalid_type' || inner.path.length > 0;
    const branch = issue.errors.find((errors) => errors.every(isOfKind)) ?? issue.errors.at(-1) ?? [];
    return listIssues(branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })));
  });
}

function createDescriber(document: YamlDocument, schema: z.ZodType): (issue: z.core.$ZodIssue) => InputError[] {
  let shape: JsonSchema | undefined;
  return (issue) => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      shape ??= z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
      const known = listKnownKeys(shape, path);
      return issue.keys.map((key) => problemAt(document, [...path, key], `unknown key${suggest(key, known)}`));
    }
    if (issue.code === 'invalid_key') {
      return [problemAt(document, path, issue.issues[0]?.message ?? issue.message)];
    }
    if (issue.code === 'invalid_type' && valueAt(document.value, path) === undefined && path.length > 0) {
      return [problemAt(document, path.slice(0, -1), `key ${quoteInput(String(path.at(-1)))} is missing`)];
    }
    return [problemAt(document, path, issue.code === 'invalid_type' ? describeType(issue) : issue.message)];
  };
}

/** What each kind of value is called in a file. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function describeType({ expected, message }: z.core.$ZodIssueInvalidType): string {
  const name = TYPE_NAMES[expected];
  return name && message.startsWith('Invalid input') ? `expected ${name}` : message;
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], value);
}

interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
}

function listKnownKeys(shape: JsonSchema, path: KeyPath): string[] {
  let node: JsonSchema | undefined = shape;
  for (const key of path) {
    const inner: JsonSchema | boolean | undefined =
      node?.properties?.[String(key)] ?? node?.items ?? node?.additionalProperties;
    node = typeof inner === 'object' ? inner : undefined;
  }
  return Object.keys(node?.properties ?? {});
}
