import { forJson } from '../words/escape.js';
import type { Reporter } from './reporter.js';

/**
 * One JSON document, safe to show, with its line end.
 * @param indent 0 for a single line
 */
export function renderJson(value: unknown, indent = 2): string {
  return `${forJson(JSON.stringify(value, null, indent))}\n`;
}

/**
 * Writes values that come one by one; `begin`, `element` and `end` are joined.
 * @param array whether they are the elements of one array; each is a document of its own otherwise
 */
export function createJsonWriter(array: boolean, indent = 2) {
  if (!array) return { begin: () => '', element: (value: unknown) => renderJson(value, indent), end: () => '' };
  let separator = '\n';
  return {
    begin: () => '[',
    element(value: unknown): string {
      const text = separator + renderJson(value, indent).trimEnd();
      separator = ',\n';
      return text;
    },
    end: () => '\n]\n',
  };
}

/** One JSON document: the report, or an array of them that is written as they finish. */
export const json: Reporter = {
  id: 'json',
  title: 'one JSON document: the report, or an array of reports',
  create({ many }) {
    const { element: report, ...ends } = createJsonWriter(many);
    return { ...ends, report };
  },
};
