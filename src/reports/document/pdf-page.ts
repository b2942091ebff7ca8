import type { OutlineItem } from 'pdfkit';
import type { Brand } from '../../model/brand.js';
import { CONTENT_WIDTH, EDGES, PdfCanvas, type PdfFonts } from './pdf-canvas.js';
import { drawFeet, drawLetterhead, drawTitle } from './pdf-frame.js';
import { drawStrip, measureStrip, MOST_KEPT } from './pdf-strip.js';
import { LINE, SEVERITY_COLOURS, STANDING_COLOURS, STYLES } from './pdf-style.js';
import { drawTable, drawTag, measureTag } from './pdf-table.js';
import type { Attachment, Block, FactsBlock, HeadingBlock, ReportDocument, VerdictBlock } from './report-document.js';
import { VERDICT_SHAPES } from './shapes.js';
import { SEVERITY_WORDS, TEXTS } from './strings.js';

/*
 * A document as a PDF, where no browser prints the page: the same content, with tags for screen readers.
 */

const LABEL_WIDTH = 92;
const INDENT = 14;

/** A whole PDF. The same document, brand and fonts give the same bytes. */
export async function renderPdf(document: ReportDocument, brand: Brand | null, fonts: PdfFonts): Promise<Buffer> {
  const canvas = new PdfCanvas(document, brand?.name ?? null, fonts);
  if (brand) drawLetterhead(canvas, brand);
  drawTitle(canvas, document);
  const outline = new Outline(canvas.doc.outline);
  for (const [index, block] of document.blocks.entries()) {
    const next = document.blocks[index + 1];
    if (block.kind === 'heading' && next?.kind === 'strip')
      canvas.reserve(Math.min(measureStrip(next.rows.length), MOST_KEPT) + 40);
    drawBlock(canvas, outline, block);
  }
  if (document.attachment) attach(canvas, document.attachment, new Date(document.madeAt));
  if (canvas.hasUnshown) drawText(canvas, TEXTS.unshown);
  drawFeet(canvas, document, brand);
  return canvas.finish();
}

/** The bookmarks, by level of heading. */
class Outline {
  readonly #levels: OutlineItem[];

  constructor(root: OutlineItem) {
    this.#levels = [root];
  }

  add(level: HeadingBlock['level'], text: string): void {
    const depth = Math.min(level - 2, this.#levels.length - 1);
    this.#levels.length = depth + 1;
    this.#levels.push(this.#levels[depth]!.addItem(text));
  }
}

function drawBlock(canvas: PdfCanvas, outline: Outline, block: Block): void {
  switch (block.kind) {
    case 'verdict':
      return drawVerdict(canvas, block);
    case 'heading':
      return drawHeading(canvas, outline, block);
    case 'text':
      return drawText(canvas, block.text);
    case 'list':
      return drawList(canvas, block.ordered, block.items);
    case 'facts':
      return drawFacts(canvas, block);
    case 'table':
      return drawTable(canvas, block);
    case 'strip':
      return drawStrip(canvas, block);
    case 'break':
      return canvas.breakPage();
  }
}

function drawVerdict(canvas: PdfCanvas, { standing, label, text }: VerdictBlock): void {
  const { doc } = canvas;
  const colour = STANDING_COLOURS[standing];
  const x = EDGES.left + 62;
  const width = EDGES.left + CONTENT_WIDTH - 12 - x;
  const labelStyle = { ...STYLES.verdict, colour };
  const labels = canvas.wrap(label, width, labelStyle);
  const lines = canvas.wrap(text, width, STYLES.body);
  const labelHeight = labels.length * canvas.lineHeight(labelStyle);
  const textHeight = lines.length * canvas.lineHeight(STYLES.body);
  const height = Math.max(labelHeight + textHeight + 20, 58);
  canvas.reserve(height);
  const top = canvas.y;
  canvas.adorn(() => {
    doc
      .lineWidth(1.5)
      .roundedRect(EDGES.left + 0.75, top, CONTENT_WIDTH - 1.5, height, 4)
      .stroke(colour);
    doc.rect(EDGES.left, top, 7, height).fill(colour);
    const { paths, isDashed } = VERDICT_SHAPES[standing];
    doc
      .save()
      .translate(EDGES.left + 18, top + (height - 34) / 2)
      .scale(34 / 48);
    doc.lineWidth(4).lineCap('round').lineJoin('round');
    for (const [index, path] of paths.entries()) {
      if (isDashed && index === 0) doc.dash(6, { space: 5 });
      doc.path(path).stroke(colour);
      if (isDashed && index === 0) doc.undash();
    }
    doc.restore();
  });
  const begin = top + (height - labelHeight - textHeight) / 2;
  const draw = (texts: readonly string[], y: number, style: typeof labelStyle) => {
    const element = canvas.element(canvas.root, 'P');
    element.add(() => {
      for (const [index, line] of texts.entries())
        canvas.write(`${line} `, x, y + index * canvas.lineHeight(style), style);
    });
    element.end();
  };
  draw(labels, begin, labelStyle);
  draw(lines, begin + labelHeight, STYLES.body);
  canvas.y = top + height + 8;
}

function drawHeading(canvas: PdfCanvas, outline: Outline, { level, text, severity }: HeadingBlock): void {
  const style = STYLES[`h${level}`];
  const before = { 2: 14, 3: 10, 4: 8 }[level];
  canvas.y += canvas.y > EDGES.top ? before : 0;
  // A heading never ends a sheet.
  canvas.reserve(canvas.lineHeight(style) + 4 * canvas.lineHeight(STYLES.body));
  const element = canvas.element(canvas.root, `H${level}`);
  const tag = severity && { label: SEVERITY_WORDS[severity], colour: SEVERITY_COLOURS[severity] };
  const x = EDGES.left + (tag ? measureTag(canvas, tag) + 6 : 0);
  if (tag) element.add(() => drawTag(canvas, tag, EDGES.left, canvas.y));
  outline.add(level, canvas.makeSafe(tag ? `${tag.label}: ${text}` : text, style));
  canvas.flow(element, text, x, style);
  element.end();
  if (level === 2) {
    canvas.adorn(() => {
      canvas.doc
        .lineWidth(1)
        .moveTo(EDGES.left, canvas.y + 2)
        .lineTo(EDGES.left + CONTENT_WIDTH, canvas.y + 2)
        .stroke(LINE);
    });
    canvas.y += 6;
  }
  canvas.y += 3;
}

function drawText(canvas: PdfCanvas, text: string): void {
  const element = canvas.element(canvas.root, 'P');
  canvas.flow(element, text, EDGES.left, STYLES.body);
  element.end();
  canvas.y += 5;
}

function drawList(canvas: PdfCanvas, ordered: boolean, items: readonly string[]): void {
  const list = canvas.element(canvas.root, 'L');
  for (const [index, text] of items.entries()) {
    canvas.reserve(canvas.lineHeight(STYLES.body));
    const item = canvas.element(list, 'LI');
    const label = canvas.element(item, 'Lbl');
    label.add(() => canvas.write(ordered ? `${index + 1}. ` : '• ', EDGES.left + 2, canvas.y, STYLES.body));
    const body = canvas.element(item, 'LBody');
    canvas.flow(body, text, EDGES.left + INDENT, STYLES.body);
    item.end();
    canvas.y += 2;
  }
  list.end();
  canvas.y += 4;
}

/** Labels with what stands beside them. */
function drawFacts(canvas: PdfCanvas, { rows }: FactsBlock): void {
  const list = canvas.element(canvas.root, 'L');
  for (const [label, text] of rows) {
    canvas.reserve(canvas.lineHeight(STYLES.body));
    const item = canvas.element(list, 'LI');
    const top = canvas.y;
    const lines = canvas.wrap(label, LABEL_WIDTH - 8, STYLES.label);
    canvas.element(item, 'Lbl').add(() => {
      for (const [index, line] of lines.entries())
        canvas.write(`${line} `, EDGES.left, top + 0.8 + index * canvas.lineHeight(STYLES.label), STYLES.label);
    });
    const body = canvas.element(item, 'LBody');
    const before = canvas.doc.bufferedPageRange().count;
    canvas.flow(body, text, EDGES.left + LABEL_WIDTH, STYLES.body);
    item.end();
    const isSameSheet = canvas.doc.bufferedPageRange().count === before;
    if (isSameSheet) canvas.y = Math.max(canvas.y, top + lines.length * canvas.lineHeight(STYLES.label));
    canvas.y += 2.5;
  }
  list.end();
  canvas.y += 4;
}

function attach(canvas: PdfCanvas, { name, json }: Attachment, date: Date): void {
  canvas.doc.file(Buffer.from(json), {
    ...{ name, type: 'application/json', relationship: 'Source', creationDate: date, modifiedDate: date },
    description: canvas.makeSafe(TEXTS.attached, STYLES.body),
  });
  drawText(canvas, `${TEXTS.attached} ${name}`);
}
