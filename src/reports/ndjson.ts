import { createJsonClients, createJsonSweep, createJsonWriter } from './json.js';
import type { Reporter } from './reporter.js';

/** One report a line, for streams and stores. */
export const ndjson: Reporter = {
  id: 'ndjson',
  title: 'one JSON report a line, as each target finishes',
  endings: ['jsonl'],
  create() {
    const { element: report, ...ends } = createJsonWriter(false, 0);
    return { ...ends, report: (one) => report(one) };
  },
  createSweep: () => createJsonSweep(false),
  createClients: () => createJsonClients(false),
};
