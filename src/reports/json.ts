import { forJson } from '../words/escape.js';
import type { Reporter } from './reporter.js';

/** One JSON document: the report, or an array of them that is written as they finish. */
export const json: Reporter = {
  id: 'json',
  title: 'one JSON document: the report, or an array of reports',
  create({ many }) {
    let separator = '\n';
    return {
      begin: () => (many ? '[' : ''),
      report(report) {
        const document = forJson(JSON.stringify(report, null, 2));
        if (!many) return `${document}\n`;
        const element = separator + document;
        separator = ',\n';
        return element;
      },
      end: () => (many ? '\n]\n' : ''),
    };
  },
};
