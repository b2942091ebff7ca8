import { LOOK_STATES, type LookState } from '../../model/handover.js';
import type { Standing } from '../../model/standing.js';
import { BAND_WIDTH, drawBand, type MarkPart, VERDICT_SHAPES } from './shapes.js';
import { LOOK_WORDS } from './strings.js';

/*
 * Shapes as SVG. Fixed text only: nothing of a report goes in here.
 */

const PAINTS: Readonly<Record<MarkPart['paint'], string>> = {
  ink: 'class="ink"',
  edge: 'class="edge"',
  hatch: 'class="hatch"',
  white: 'stroke="#fff" stroke-width="2"',
};

/** The band of a state. */
export function renderBand(state: LookState, width = BAND_WIDTH): string {
  const parts = drawBand(state, width).map(
    ({ paint, path, isDashed }) => `<path ${PAINTS[paint]}${isDashed ? ' stroke-dasharray="2 2"' : ''} d="${path}"/>`,
  );
  return `<g class="${state}">${parts.join('')}</g>`;
}

/** What each shape means. */
export function renderLegend(): string {
  const items = LOOK_STATES.map(
    (state) =>
      `<li><svg width="14" height="16" aria-hidden="true">${renderBand(state)}</svg>${LOOK_WORDS[state].word}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** The shape that stands for a verdict; the word beside it says the same. */
export function renderVerdictShape(standing: Standing): string {
  const { paths, isDashed } = VERDICT_SHAPES[standing];
  const drawn = paths.map(
    (path, index) => `<path${isDashed && index === 0 ? ' stroke-dasharray="6 5"' : ''} d="${path}"/>`,
  );
  return `<svg viewBox="0 0 48 48" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" stroke-linejoin="round" stroke-linecap="round">${drawn.join('')}</svg>`;
}
