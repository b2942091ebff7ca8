import { LOOK_STATES, type LookState } from '../../model/handover.js';
import { renderTime } from '../../words/time.js';
import { CONTENT_WIDTH, EDGES, type PdfCanvas } from './pdf-canvas.js';
import { LOOK_COLOURS, STYLES } from './pdf-style.js';
import type { StripBlock } from './report-document.js';
import { BAND_STEP, BAND_WIDTH, drawBand, joinRuns, measureRun } from './shapes.js';
import { LOOK_WORDS } from './strings.js';

const LABEL_WIDTH = 150;
const ROW_HEIGHT = 17;
/** Of a band, in its own units. */
const BAND_HEIGHT = 16;

/** A strip that is no higher stays on one sheet. */
export const MOST_KEPT = 450;

/** The height of a strip of so many rows, most of which have labels of one line. */
export function measureStrip(rows: number): number {
  return (rows + 3) * ROW_HEIGHT;
}

/** The states as shapes, in a row for each endpoint; each row has them in words, too. */
export function drawStrip(canvas: PdfCanvas, { caption, times, rows }: StripBlock): void {
  const scale = Math.min(0.85, (CONTENT_WIDTH - LABEL_WIDTH) / (times.length * BAND_STEP));
  canvas.reserve(Math.min(measureStrip(rows.length), MOST_KEPT));
  const table = canvas.element(canvas.root, 'Table', { title: canvas.makeSafe(caption, STYLES.cell) });
  for (const { label, states } of rows) {
    const lines = canvas.wrap(label, LABEL_WIDTH - 8, STYLES.cell);
    const height = Math.max(ROW_HEIGHT, lines.length * canvas.lineHeight(STYLES.cell) + 3);
    canvas.reserve(height);
    const top = canvas.y;
    const row = canvas.element(table, 'TR');
    const head = canvas.element(row, 'TH', { scope: 'Row' });
    head.add(() => {
      for (const [index, line] of lines.entries())
        canvas.write(`${line} `, EDGES.left, top + index * canvas.lineHeight(STYLES.cell), STYLES.cell);
    });
    const left = EDGES.left + LABEL_WIDTH;
    const right = left + states.length * BAND_STEP * scale;
    const cell = canvas.element(row, 'TD');
    const figure = canvas.element(cell, 'Figure', {
      alt: sayStates(states),
      bbox: [left, top, right, top + BAND_HEIGHT * scale],
    });
    figure.add(() => {
      for (const run of joinRuns(states))
        drawState(canvas, run.state, {
          x: left + run.first * BAND_STEP * scale,
          y: top,
          scale,
          width: measureRun(run),
        });
    });
    row.end();
    canvas.y += height;
  }
  table.end();
  drawSpan(canvas, times);
  drawLegend(canvas);
}

/** `3 checks, oldest first: closed, open, and should not be (2 times)`. */
function sayStates(states: readonly LookState[]): string {
  const said = joinRuns(states).map(
    ({ state, count }) => LOOK_WORDS[state].word + (count > 1 ? ` (${count} times)` : ''),
  );
  return `${states.length} checks, oldest first: ${said.join('; ')}`;
}

function drawSpan(canvas: PdfCanvas, times: readonly string[]): void {
  const first = renderTime(times[0] ?? '');
  const text = times.length > 1 ? `${first} to ${renderTime(times.at(-1) ?? '')}` : first;
  canvas.y += 2;
  const element = canvas.element(canvas.root, 'P');
  canvas.flow(element, text, EDGES.left, STYLES.label);
  element.end();
  canvas.y += 3;
}

function drawLegend(canvas: PdfCanvas): void {
  canvas.reserve(ROW_HEIGHT);
  const list = canvas.element(canvas.root, 'L');
  let x = EDGES.left;
  for (const state of LOOK_STATES) {
    const { word } = LOOK_WORDS[state];
    const item = canvas.element(list, 'LI');
    const body = canvas.element(item, 'LBody');
    const left = x;
    canvas.adorn(() => drawState(canvas, state, { x: left, y: canvas.y, scale: 0.75, width: BAND_WIDTH }));
    body.add(() => canvas.write(`${word} `, left + 13, canvas.y, STYLES.label));
    item.end();
    x += canvas.width(word, STYLES.label) + 30;
  }
  list.end();
  canvas.y += ROW_HEIGHT + 2;
}

/** Where a band is drawn, and how wide in its own units. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly width: number;
}

function drawState({ doc }: PdfCanvas, state: LookState, { x, y, scale, width }: Place): void {
  const colour = LOOK_COLOURS[state];
  doc.save().translate(x, y).scale(scale);
  for (const { paint, path, isDashed } of drawBand(state, width)) {
    if (isDashed) doc.dash(2, { space: 2 });
    doc.path(path);
    if (paint === 'ink') doc.fill(colour);
    else if (paint === 'white') doc.lineWidth(2).stroke('#ffffff');
    else doc.lineWidth(paint === 'hatch' ? 1.4 : 1).stroke(colour);
    if (isDashed) doc.undash();
  }
  doc.restore();
}
