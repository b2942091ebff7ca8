import { LOOK_STATES, type LookState } from '../../model/handover.js';
import type { Standing } from '../../model/standing.js';
import { LOOK_WORDS } from './strings.js';

/*
 * Shapes that tell states apart without colour. Fixed text only: nothing of a report goes in here.
 */

/** Each state of a strip, 12 by 14: a filled block with a cross, a filled block, a frame, a dot, a hatched frame. */
const MARKS: Readonly<Record<LookState, string>> = {
  exposed: '<rect class="ink" x="0" y="1" width="12" height="14"/><path class="cross" d="M3 5l6 6M9 5l-6 6"/>',
  open: '<circle class="ink" cx="6" cy="8" r="5.5"/>',
  closed: '<rect class="edge" x=".5" y="1.5" width="11" height="13"/>',
  silent:
    '<rect class="edge" stroke-dasharray="2 2" x=".5" y="1.5" width="11" height="13"/><circle class="ink" cx="6" cy="8" r="1.5"/>',
  unknown:
    '<rect class="edge" x=".5" y="1.5" width="11" height="13"/><path class="hatch" d="M0 7l6-6M0 12L11 1M1 15L12 4M6 15l6-6"/>',
};

/** The shape of one look. */
export function renderMark(state: LookState): string {
  return `<g class="${state}">${MARKS[state]}</g>`;
}

/** What each shape means. */
export function renderLegend(): string {
  const items = LOOK_STATES.map(
    (state) =>
      `<li><svg width="14" height="16" aria-hidden="true">${renderMark(state)}</svg>${LOOK_WORDS[state].word}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}

const VERDICT_SHAPES: Readonly<Record<Standing, string>> = {
  // An octagon with a cross, a triangle with a question mark, a circle with a tick, a ring.
  violation: '<path d="M16 3h16l13 13v16L32 45H16L3 32V16z"/><path d="M17 17l14 14M31 17L17 31"/>',
  inconclusive: '<path d="M24 4l21 39H3z"/><path d="M19 23a5 5 0 1 1 7 5c-1.500 1-2 1.700-2 4M24 37v1"/>',
  compliant: '<circle cx="24" cy="24" r="20"/><path d="M15 25l6 7 13-15"/>',
  'no-answer': '<circle cx="24" cy="24" r="20" stroke-dasharray="6 5"/><path d="M15 24h18"/>',
};

/** The shape that stands for a verdict; the word beside it says the same. */
export function renderVerdictShape(standing: Standing): string {
  return `<svg viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" stroke-linejoin="round" stroke-linecap="round">${VERDICT_SHAPES[standing]}</svg>`;
}
