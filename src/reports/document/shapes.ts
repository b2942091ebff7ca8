import type { LookState } from '../../model/handover.js';
import type { Standing } from '../../model/standing.js';

/*
 * Shapes that tell states apart without colour, as paths of SVG, which pages and PDFs draw alike.
 */

/** A part of a mark, in a box 12 wide and 16 high. */
export interface MarkPart {
  /** Filled, a thin outline, the lines of hatching, or a cross in white on what is below it. */
  readonly paint: 'ink' | 'edge' | 'hatch' | 'white';
  readonly path: string;
  readonly isDashed?: true;
}

const FRAME = 'M.5 1.5h11v13h-11z';

/** Each state of a strip: a filled block with a cross, a disc, a frame, a dashed frame with a dot, a hatched frame. */
export const MARKS: Readonly<Record<LookState, readonly MarkPart[]>> = {
  exposed: [
    { paint: 'ink', path: 'M0 1h12v14H0z' },
    { paint: 'white', path: 'M3 5l6 6M9 5l-6 6' },
  ],
  open: [{ paint: 'ink', path: 'M.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z' }],
  closed: [{ paint: 'edge', path: FRAME }],
  silent: [
    { paint: 'edge', path: FRAME, isDashed: true },
    { paint: 'ink', path: 'M4.5 8a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0z' },
  ],
  unknown: [
    { paint: 'edge', path: FRAME },
    { paint: 'hatch', path: 'M0 7l6 -6M0 12L11 1M1 15L12 4M6 15l6 -6' },
  ],
};

/** The outlines of a verdict, in a box of 48 by 48, drawn 4 wide with round ends. */
export interface VerdictShape {
  readonly paths: readonly string[];
  /** Whether the first of them is dashed. */
  readonly isDashed?: true;
}

const CIRCLE = 'M4 24a20 20 0 1 0 40 0a20 20 0 1 0 -40 0z';

/** An octagon with a cross, a triangle with a question mark, a circle with a tick, a ring with a dash. */
export const VERDICT_SHAPES: Readonly<Record<Standing, VerdictShape>> = {
  violation: { paths: ['M16 3h16l13 13v16L32 45H16L3 32V16z', 'M17 17l14 14M31 17L17 31'] },
  inconclusive: { paths: ['M24 4l21 39H3z', 'M19 23a5 5 0 1 1 7 5c-1.5 1 -2 1.7 -2 4M24 37v1'] },
  compliant: { paths: [CIRCLE, 'M15 25l6 7 13 -15'] },
  'no-answer': { paths: [CIRCLE, 'M15 24h18'], isDashed: true },
};
