import { createJsonWriter } from './json.js';
import type { Reporter } from './reporter.js';

/** One report a line, for streams and stores. */
export const ndjson: Reporter = {
  id: 'ndjson',
  title: 'one JSON report a line, as each target finishes',
  create() {
    const { element: report, ...ends } = createJsonWriter(false, 0);
    return { ...ends, report };
  },
};
