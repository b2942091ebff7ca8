import { forJson } from '../words/escape.js';
import { createPaint, type Paint } from '../reports/paint.js';
import { useColor } from './terminal.js';

/** How standard output is to be written on. */
export interface Screen {
  /** Columns of the terminal, from 80 to 160. */
  readonly width: number;
  readonly paint: Paint;
}

/** Looks at standard output. */
export function describeScreen(): Screen {
  const columns = process.stdout.columns || 80;
  return { width: Math.max(80, Math.min(160, columns)), paint: createPaint(useColor(undefined)) };
}

/** One JSON document, safe to show. */
export function renderJson(value: unknown): string {
  return `${forJson(JSON.stringify(value, null, 2))}\n`;
}

/** Writes a JSON array whose elements come one by one; `begin`, `element` and `end` join to one document. */
export function createJsonArray() {
  let separator = '\n';
  return {
    begin: () => '[',
    element(value: unknown): string {
      const text = separator + forJson(JSON.stringify(value, null, 2));
      separator = ',\n';
      return text;
    },
    end: () => '\n]\n',
  };
}
