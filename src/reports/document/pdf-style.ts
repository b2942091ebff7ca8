import type { LookState } from '../../model/handover.js';
import type { Severity } from '../../model/severity.js';
import type { Standing } from '../../model/standing.js';
import type { TextStyle } from './pdf-canvas.js';

/*
 * How a PDF looks: the colours that a page has in print.
 */

export const INK = '#000000';
export const SOFT = '#444444';
export const LINE = '#bbbbbb';
export const BAND = '#f2f2f2';

const BAD = '#a3160f';
const UNSURE = '#6b4300';
const GOOD = '#14552a';
const NONE = '#5a2d99';
const LOW = '#084b73';

export const STANDING_COLOURS: Readonly<Record<Standing, string>> = {
  violation: BAD,
  inconclusive: UNSURE,
  compliant: GOOD,
  'no-answer': NONE,
};

export const SEVERITY_COLOURS: Readonly<Record<Severity, string>> = {
  critical: BAD,
  high: BAD,
  medium: UNSURE,
  low: LOW,
  info: SOFT,
};

export const LOOK_COLOURS: Readonly<Record<LookState, string>> = {
  exposed: BAD,
  open: GOOD,
  closed: SOFT,
  silent: SOFT,
  unknown: UNSURE,
};

const style = (font: TextStyle['font'], size: number, colour = INK): TextStyle => ({ font, size, colour });

export const STYLES = {
  title: style('bold', 20),
  subject: style('regular', 13),
  made: style('regular', 9.5, SOFT),
  brand: style('bold', 12),
  brandLine: style('regular', 9),
  verdict: style('bold', 15),
  body: style('regular', 10),
  label: style('regular', 9, SOFT),
  cell: style('regular', 9),
  head: style('bold', 8.5),
  tag: style('bold', 7.5),
  foot: style('regular', 8, SOFT),
  h2: style('bold', 14),
  h3: style('bold', 11.5),
  h4: style('bold', 10),
} as const;
