import { SWEEP_RESULT_SCHEMA, type SweepResultLine } from '../model/sweep-result.js';
import { forJson } from '../words/escape.js';
import type { ClientsWriter, Reporter, SweepWriter } from './reporter.js';

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

/** Writes the results of a sweep, as the elements of one array or a document each. */
export function createJsonSweep(array: boolean): SweepWriter {
  const { element, ...ends } = createJsonWriter(array, 0);
  return {
    ...ends,
    result({ sweepId, client, slot, report, changes, unseen }) {
      const { id, name, group, tags } = client;
      return element({
        schema: SWEEP_RESULT_SCHEMA,
        sweep: sweepId,
        client: { id, name, group, tags },
        slot,
        changes,
        unseen,
        report,
      } satisfies { readonly [K in keyof SweepResultLine]: unknown });
    },
  };
}

/** Writes how clients stand, as the elements of one array or a document each. */
export function createJsonClients(array: boolean): ClientsWriter {
  const { element: client, begin, end } = createJsonWriter(array, array ? 2 : 0);
  return { begin, client, end: () => [end()] };
}

/** One JSON document: the report, or an array of them that is written as they finish. */
export const json: Reporter = {
  id: 'json',
  title: 'one JSON document: the report, or an array of reports',
  create({ many }) {
    const { element: report, ...ends } = createJsonWriter(many);
    return { ...ends, report: (one) => report(one) };
  },
  createSweep: () => createJsonSweep(true),
  createClients: () => createJsonClients(true),
};
