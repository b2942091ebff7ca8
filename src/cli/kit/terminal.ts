import { createPaint, type Paint } from '../../reports/paint.js';
import { limitWidth } from '../../words/layout.js';
import type { Output } from './output.js';

/** Wider rows, and wider lines of prose, read badly. */
const MOST_COLUMNS = { prose: 100, rows: 160 };

/**
 * Whether standard output may be coloured: a flag decides, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether
 * it is a terminal that can.
 */
function useColor(flag: boolean | undefined, env: NodeJS.ProcessEnv = process.env): boolean {
  if (flag !== undefined) return flag;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return !['0', 'false'].includes(env['FORCE_COLOR']);
  return env['TERM'] !== 'dumb' && (process.stdout.isTTY ?? false);
}

/** How reports are laid out where they go: a file has neither width nor colours. */
export function chooseStyle({ toFile }: Pick<Output, 'toFile'>, color: boolean | undefined) {
  return { color: !toFile && useColor(color), width: toFile ? 80 : countColumns() };
}

/** Columns of standard output; where it is not a terminal, as COLUMNS says, or 80. */
export function countColumns(): number {
  return process.stdout.columns || Number(process.env['COLUMNS']) || 80;
}

/** Columns to lay out prose for on standard output. */
export function countProseColumns(): number {
  return limitWidth(countColumns(), MOST_COLUMNS.prose);
}

/** How standard output is to be written on. */
export interface Screen {
  /** Columns to lay out for. */
  readonly width: number;
  readonly paint: Paint;
}

/** How to write on standard output, or in a file of the user's. */
export function describeScreen(output: Pick<Output, 'toFile'> = { toFile: false }): Screen {
  const { width, color } = chooseStyle(output, undefined);
  return { width: limitWidth(width, MOST_COLUMNS.rows), paint: createPaint(color) };
}
