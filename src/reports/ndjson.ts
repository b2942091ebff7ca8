import { forJson } from '../words/escape.js';
import type { Reporter } from './reporter.js';

/** One report a line, for streams and stores. */
export const ndjson: Reporter = {
  id: 'ndjson',
  title: 'one JSON report a line, as each target finishes',
  create: () => ({
    begin: () => '',
    report: (report) => `${forJson(JSON.stringify(report))}\n`,
    end: () => '',
  }),
};
