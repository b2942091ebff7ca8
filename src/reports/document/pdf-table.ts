import type { StructElement } from 'pdfkit';
import { CONTENT_WIDTH, EDGES, type PdfCanvas, type TextStyle } from './pdf-canvas.js';
import { BAND, LINE, SEVERITY_COLOURS, STANDING_COLOURS, STYLES } from './pdf-style.js';
import type { Cell, TableBlock } from './report-document.js';
import { SEVERITY_WORDS } from './strings.js';

const PAD = 5;
/** A longer word does not widen its column. */
const WIDEST_WORD = 90;
/** Text beyond this many points in a line makes a column no wider than other long ones. */
const WIDEST_TEXT = 900;
/** A column whose cells are all shorter than this has each in one line. */
const SHORT = 110;
const TAG_PAD = 3;

/** A word in a frame. */
export interface Tag {
  readonly label: string;
  readonly colour: string;
}

/** A cell as it is drawn: a tag, or lines. */
type Drawn = { readonly tag: Tag } | { readonly lines: readonly string[] };

function readTag(cell: Exclude<Cell, string>): Tag {
  return 'severity' in cell
    ? { label: SEVERITY_WORDS[cell.severity], colour: SEVERITY_COLOURS[cell.severity] }
    : { label: cell.label, colour: STANDING_COLOURS[cell.standing] };
}

/** The width of a tag with its frame. */
export function measureTag(canvas: PdfCanvas, { label }: Tag): number {
  return canvas.width(canvas.makeSafe(label, STYLES.tag), STYLES.tag) + 2 * TAG_PAD;
}

/** Draws a tag, its top at `y`. */
export function drawTag(canvas: PdfCanvas, tag: Tag, x: number, y: number): void {
  const height = STYLES.tag.size + 5;
  canvas.doc.lineWidth(0.8).roundedRect(x, y, measureTag(canvas, tag), height, 2).stroke(tag.colour);
  const text = canvas.makeSafe(tag.label, STYLES.tag);
  canvas.write(`${text} `, x + TAG_PAD, y + 2.2, { ...STYLES.tag, colour: tag.colour });
}

/** Draws a table, over as many sheets as it takes; its head is repeated on each. */
export function drawTable(canvas: PdfCanvas, { caption, columns, rows }: TableBlock): void {
  const widths = divideWidth(canvas, columns, rows);
  const table = canvas.element(canvas.root, 'Table', { title: canvas.makeSafe(caption, STYLES.cell) });
  const titles = columns.map((title, index) => canvas.wrap(title, widths[index]! - 2 * PAD, STYLES.head));
  const headHeight = heightOf(
    canvas,
    titles.map((lines) => ({ lines })),
    STYLES.head,
  );
  const lineHeight = canvas.lineHeight(STYLES.cell);
  canvas.reserve(headHeight + 3 * lineHeight);
  drawHead(canvas, table, titles, widths, headHeight);
  const body = canvas.element(table, 'TBody');
  for (const row of rows) {
    const cells = row.map((cell, index): Drawn =>
      typeof cell === 'string'
        ? { lines: canvas.wrap(cell, widths[index]! - 2 * PAD, STYLES.cell) }
        : { tag: readTag(cell) },
    );
    const element = canvas.element(body, 'TR');
    const parts = cells.map(() => canvas.element(element, 'TD'));
    let from = 0;
    const most = Math.max(1, ...cells.map((cell) => ('lines' in cell ? cell.lines.length : 1)));
    while (from < most) {
      const height = heightOf(canvas, cells, STYLES.cell, from);
      const isTall = height > 20 * lineHeight;
      if (canvas.left < (isTall ? 4 * lineHeight : height)) {
        canvas.breakPage();
        canvas.adorn(() => drawTitles(canvas, titles, widths, headHeight), 'Pagination');
        canvas.y += headHeight;
      }
      const count = Math.min(most - from, Math.max(1, Math.floor((canvas.left - 2 * PAD) / lineHeight)));
      drawRow(canvas, parts, cells, widths, from, from + count);
      from += count;
    }
    element.end();
  }
  body.end();
  table.end();
  canvas.y += 6;
}

function drawHead(
  canvas: PdfCanvas,
  table: StructElement,
  titles: readonly (readonly string[])[],
  widths: readonly number[],
  height: number,
): void {
  const head = canvas.element(table, 'THead');
  const row = canvas.element(head, 'TR');
  canvas.adorn(() => drawBand(canvas, height));
  let x = EDGES.left;
  for (const [index, lines] of titles.entries()) {
    const left = x;
    const cell = canvas.element(row, 'TH', { scope: 'Column' });
    cell.add(() => drawLines(canvas, lines, left + PAD, STYLES.head));
    cell.end();
    x += widths[index]!;
  }
  head.end();
  canvas.y += height;
}

/** The head again, for those who see the sheet. */
function drawTitles(
  canvas: PdfCanvas,
  titles: readonly (readonly string[])[],
  widths: readonly number[],
  height: number,
): void {
  drawBand(canvas, height);
  let x = EDGES.left;
  for (const [index, lines] of titles.entries()) {
    drawLines(canvas, lines, x + PAD, STYLES.head);
    x += widths[index]!;
  }
}

function drawBand(canvas: PdfCanvas, height: number): void {
  canvas.doc.rect(EDGES.left, canvas.y, CONTENT_WIDTH, height).fill(BAND);
}

function drawLines(canvas: PdfCanvas, lines: readonly string[], x: number, style: TextStyle): void {
  for (const [index, line] of lines.entries())
    canvas.write(`${line} `, x, canvas.y + PAD - 1 + index * canvas.lineHeight(style), style);
}

function drawRow(
  canvas: PdfCanvas,
  parts: readonly StructElement[],
  cells: readonly Drawn[],
  widths: readonly number[],
  from: number,
  to: number,
): void {
  let x = EDGES.left;
  for (const [index, cell] of cells.entries()) {
    const left = x + PAD;
    if ('tag' in cell) {
      if (from === 0) parts[index]!.add(() => drawTag(canvas, cell.tag, left, canvas.y + PAD - 1.5));
    } else {
      const lines = cell.lines.slice(from, to);
      if (lines.length > 0) parts[index]!.add(() => drawLines(canvas, lines, left, STYLES.cell));
    }
    x += widths[index]!;
  }
  canvas.y += (to - from) * canvas.lineHeight(STYLES.cell) + 2 * PAD - 2;
  canvas.adorn(() => {
    canvas.doc
      .lineWidth(0.5)
      .moveTo(EDGES.left, canvas.y)
      .lineTo(EDGES.left + CONTENT_WIDTH, canvas.y)
      .stroke(LINE);
  });
}

function heightOf(canvas: PdfCanvas, cells: readonly Drawn[], style: TextStyle, from = 0): number {
  const lines = Math.max(1, ...cells.map((cell) => ('lines' in cell ? cell.lines.length - from : 1)));
  return lines * canvas.lineHeight(style) + 2 * PAD - 2;
}

/** Gives each column what its longest word or all of its short cells need, and the rest by how much text there is in each. */
function divideWidth(canvas: PdfCanvas, columns: readonly string[], rows: TableBlock['rows']): number[] {
  const needs = columns.map((title, index) => {
    const need = { least: 0, wanted: 0 };
    const take = (text: string, style: TextStyle) => {
      const safe = canvas.makeSafe(text.slice(0, 400), style);
      const words = safe.split(' ').map((word) => canvas.width(word, style));
      need.least = Math.max(need.least, Math.min(WIDEST_WORD, Math.max(...words)) + 2 * PAD);
      need.wanted = Math.max(need.wanted, Math.min(WIDEST_TEXT, canvas.width(safe, style)) + 2 * PAD);
    };
    take(title, STYLES.head);
    for (const row of rows) {
      const cell = row[index] ?? '';
      if (typeof cell === 'string') take(cell, STYLES.cell);
      else {
        const width = measureTag(canvas, readTag(cell)) + 2 * PAD;
        need.least = Math.max(need.least, width);
        need.wanted = Math.max(need.wanted, width);
      }
    }
    return need.wanted <= SHORT ? { ...need, least: need.wanted } : need;
  });
  const sum = (key: 'least' | 'wanted') => needs.reduce((total, need) => total + need[key], 0);
  const spare = CONTENT_WIDTH - sum('least');
  if (spare <= 0) return needs.map(({ least }) => (least * CONTENT_WIDTH) / sum('least'));
  const open = sum('wanted') - sum('least');
  return needs.map(({ least, wanted }) =>
    open > 0 ? least + (spare * (wanted - least)) / open : least + spare / needs.length,
  );
}
