import { throwErrors } from './text/input-error.js';
import { suggest } from '../words/input.js';
import { problemAt, readYaml } from './text/yaml-document.js';

/**
 * Loads a YAML file of options: keys of `allowedKeys`, values that are text, numbers, booleans or lists of such. An
 * empty file has no options.
 *
 * @throws InputError with a line, as `file:line:column: problem`, for each problem
 */
export async function loadConfig(file: string, allowedKeys: readonly string[]): Promise<Record<string, unknown>> {
  const document = await readYaml(file);
  const value = document.value ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw problemAt(document, [], 'expected options such as "timing: polite", one on each line');
  }
  const entries = Object.entries(value);
  throwErrors(
    entries.flatMap(([key, option]) => {
      if (!allowedKeys.includes(key)) return problemAt(document, [key], `unknown option${suggest(key, allowedKeys)}`);
      const items: unknown[] = Array.isArray(option) ? option : [option];
      return items.every(isScalarValue)
        ? []
        : problemAt(document, [key], 'expected text, a number, true, false or a list');
    }),
  );
  return Object.fromEntries(entries);
}

function isScalarValue(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
