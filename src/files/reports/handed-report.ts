import type * as z from 'zod';
import { HANDOVER_SCHEMA, type Handover, handoverSchema } from '../../model/handover.js';
import { REPORT_SCHEMA, type Report, reportSchema } from '../../model/report.js';
import { SITE_SCHEMA, type SiteReport, siteReportSchema } from '../../model/site.js';
import { listIssues } from '../text/check-schema.js';
import { InputError } from '../text/input-error.js';
import { readText } from '../text/read-text.js';

/** A report that was written as JSON before. */
export type HandedReport =
  | { readonly kind: 'reports'; readonly reports: readonly Report[] }
  | { readonly kind: 'site'; readonly site: SiteReport }
  | { readonly kind: 'handover'; readonly handover: Handover };

/** More than a report of any kind has. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads a report that `check`, `show`, `lan`, `preinstall` or `report` wrote as JSON or NDJSON.
 * @throws InputError that names file and key, for what is not such a report
 */
export async function readHandedReport(file: string): Promise<HandedReport> {
  const text = await readText(file, MAX_BYTES);
  const values = parseDocuments(text, file);
  const [first] = values;
  if (first === undefined) throw new InputError('there is no report in it', { file });
  switch (schemaOf(first)) {
    case REPORT_SCHEMA:
      return {
        kind: 'reports',
        reports: values.map((value, index) => parse(reportSchema, value, file, index, values.length)),
      };
    case SITE_SCHEMA:
      return { kind: 'site', site: parse(siteReportSchema, single(values, file), file) };
    case HANDOVER_SCHEMA:
      return { kind: 'handover', handover: parse(handoverSchema, single(values, file), file) };
    default:
      throw new InputError(
        'is not a report of sallyport: expected what --format json of check, show, preinstall or report wrote',
        { file },
      );
  }
}

function schemaOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
}

function parseDocuments(text: string, file: string): unknown[] {
  const whole = parseJson(text);
  if (whole) return Array.isArray(whole.value) ? whole.value : [whole.value];
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const parsed = parseJson(line);
      if (!parsed) throw new InputError('not JSON', { file, line: index + 1 });
      return parsed.value;
    });
}

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function single(values: readonly unknown[], file: string): unknown {
  if (values.length > 1) throw new InputError(`has ${values.length} reports: give one`, { file });
  return values[0];
}

function parse<T>(schema: z.ZodType<T>, value: unknown, file: string, index = 0, count = 1): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = listIssues(result.error.issues);
  const place = count > 1 ? `report ${index + 1}: ` : '';
  const key = issue?.path.map(String).join('.');
  throw new InputError(`${place}${key ? `${key}: ` : ''}${issue?.message ?? 'is not valid'}`, { file });
}
