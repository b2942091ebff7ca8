import type { LookState } from '../../model/handover.js';
import type { Standing } from '../../model/standing.js';

/*
 * Shapes that tell states apart without colour, as paths of SVG, which pages and PDFs draw alike.
 */

/** A part of a band, 16 high. */
export interface MarkPart {
  /** Filled, a thin outline, the lines of hatching, or a cross in white on what is below it. */
  readonly paint: 'ink' | 'edge' | 'hatch' | 'white';
  readonly path: string;
  readonly isDashed?: true;
}

/** Width of the band of one look. */
export const BAND_WIDTH = 12;

/** From one look to the next. */
export const BAND_STEP = 14;

/** From one line of hatching to the next, and how far each leans. */
const HATCH = { step: 5, lean: 12 };

/**
 * The band of a state, so wide: a filled block with a cross, a filled block with round ends, a frame, a dashed frame with
 * a dot, a hatched frame.
 */
export function drawBand(state: LookState, width: number): readonly MarkPart[] {
  const frame = `M.5 1.5h${width - 1}v13h${1 - width}z`;
  const middle = width / 2;
  switch (state) {
    case 'exposed':
      return [
        { paint: 'ink', path: `M0 1h${width}v14H0z` },
        { paint: 'white', path: `M${middle - 3} 5l6 6M${middle + 3} 5l-6 6` },
      ];
    case 'open':
      return [{ paint: 'ink', path: `M6 2.5h${width - 12}a5.5 5.5 0 0 1 0 11h${12 - width}a5.5 5.5 0 0 1 0 -11z` }];
    case 'closed':
      return [{ paint: 'edge', path: frame }];
    case 'silent':
      return [
        { paint: 'edge', path: frame, isDashed: true },
        { paint: 'ink', path: `M${middle - 1.5} 8a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0z` },
      ];
    case 'unknown':
      return [
        { paint: 'edge', path: frame },
        { paint: 'hatch', path: drawHatch(width) },
      ];
  }
}

/** Lines that rise from left to right, within the frame. */
function drawHatch(width: number): string {
  const { step, lean } = HATCH;
  const lines: string[] = [];
  for (let foot = step - lean; foot < width - 1; foot += step) {
    const [left, right] = [Math.max(foot, 0.5), Math.min(foot + lean, width - 0.5)];
    const heightAt = (x: number): number => Math.round((14 - (12 * (x - foot)) / lean) * 10) / 10;
    lines.push(`M${left} ${heightAt(left)}L${right} ${heightAt(right)}`);
  }
  return lines.join('');
}

/** Looks that saw the same, one after the other. */
export interface Run {
  readonly state: LookState;
  /** Index of the first of them. */
  readonly first: number;
  readonly count: number;
}

/** Joins neighbours that are equal. */
export function joinRuns(states: readonly LookState[]): Run[] {
  const runs: Run[] = [];
  for (const [index, state] of states.entries()) {
    const last = runs.at(-1);
    if (last?.state === state) runs[runs.length - 1] = { ...last, count: last.count + 1 };
    else runs.push({ state, first: index, count: 1 });
  }
  return runs;
}

/** How wide the band of so many looks is. */
export function measureRun({ count }: Run): number {
  return (count - 1) * BAND_STEP + BAND_WIDTH;
}

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
