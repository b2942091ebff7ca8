import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';

/*
 * SARIF 2.1.0 by its published JSON schema. Ajv does not know its dialect, draft 4; but for the name of its own address,
 * nothing in it differs from draft 7.
 */

const FILE = '../../node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';

/** The characters of an address by RFC 3986, of which none stands for itself but in its place. */
const URI_TEXT = /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9A-F]{2})*$/i;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

const formats = {
  uri: (text: string) => URI_TEXT.test(text) && URL.canParse(text),
  // Relative: a colon in the first part would end a scheme.
  'uri-reference': (text: string) => URI_TEXT.test(text) && (URL.canParse(text) || !/^[^/?#]*:/.test(text)),
  'date-time': (text: string) => TIME.test(text) && !Number.isNaN(Date.parse(text)),
};

const {
  id: _id,
  $schema: _dialect,
  ...schema
} = JSON.parse(readFileSync(new URL(FILE, import.meta.url), 'utf8')) as Record<string, unknown>;
// A pattern of the schema has a lone bracket, which is an error in Unicode patterns.
const validate = new Ajv({ strictTypes: false, strictRequired: false, unicodeRegExp: false, formats }).compile(schema);

/** What is wrong with a log by the schema: where, and what; nothing if it is valid. */
export function findSarifErrors(log: unknown): readonly string[] {
  if (validate(log)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '' }: ErrorObject) => `${instancePath} ${message}`);
}
