import { type Brand, DEFAULT_COLOUR } from '../../model/brand.js';
import { renderTime } from '../../words/time.js';
import { readableOn } from './html-style.js';
import { brandLines } from './letterhead.js';
import { CONTENT_WIDTH, EDGES, type PdfCanvas } from './pdf-canvas.js';
import { STYLES } from './pdf-style.js';
import type { ReportDocument } from './report-document.js';
import { TEXTS } from './strings.js';

/*
 * What stands around the blocks of a PDF.
 */

/** The dealer's name, address and logo, at the top of the first sheet. */
export function drawLetterhead(canvas: PdfCanvas, brand: Brand): void {
  const { doc } = canvas;
  const [name = '', ...lines] = brandLines(brand);
  const colour = readableOn(brand.colour);
  const logo = brand.logo?.kind === 'png' ? brand.logo.bytes : null;
  const size = logo ? fit(doc.openImage(logo)) : { width: 0, height: 0 };
  const x = EDGES.left + 12 + (logo ? size.width + 18 : 0);
  const width = EDGES.left + CONTENT_WIDTH - 12 - x;
  const texts = [
    ...canvas.wrap(name, width, STYLES.brand).map((line) => ({ line, style: STYLES.brand })),
    ...lines.flatMap((text) =>
      canvas.wrap(text, width, STYLES.brandLine).map((line) => ({ line, style: STYLES.brandLine })),
    ),
  ];
  const textHeight = texts.reduce((sum, { style }) => sum + canvas.lineHeight(style), 0);
  const height = Math.max(textHeight, size.height + 6) + 20;
  const top = canvas.y;
  canvas.adorn(() => {
    doc.rect(EDGES.left, top, CONTENT_WIDTH, height).fill(brand.colour);
    if (!logo) return;
    const y = top + (height - size.height) / 2;
    doc.roundedRect(EDGES.left + 9, y - 3, size.width + 6, size.height + 6, 3).fill('#ffffff');
    doc.image(logo, EDGES.left + 12, y, { fit: [size.width, size.height] });
  });
  const element = canvas.element(canvas.root, 'P');
  element.add(() => {
    let y = top + (height - textHeight) / 2;
    for (const { line, style } of texts) {
      canvas.write(`${line} `, x, y, { ...style, colour });
      y += canvas.lineHeight(style);
    }
  });
  element.end();
  canvas.y = top + height + 18;
}

/** A logo's size in points: at most as large as on a page. */
function fit({ width, height }: { readonly width: number; readonly height: number }) {
  const scale = Math.min(150 / width, 44 / height, 0.75);
  return { width: width * scale, height: height * scale };
}

/** What the document is, whom it is about, and when it was made. */
export function drawTitle(canvas: PdfCanvas, { title, subject, madeAt }: ReportDocument): void {
  const heading = canvas.element(canvas.root, 'H1');
  canvas.flow(heading, title, EDGES.left, STYLES.title);
  heading.end();
  for (const [text, style] of [
    [subject, STYLES.subject],
    [renderTime(madeAt), STYLES.made],
  ] as const) {
    const line = canvas.element(canvas.root, 'P');
    canvas.flow(line, text, EDGES.left, style);
    line.end();
    canvas.y += 1;
  }
  canvas.y += 10;
}

/** At the foot of each sheet: whose report it is, what it is about, and which sheet of how many. */
export function drawFeet(canvas: PdfCanvas, { title, subject }: ReportDocument, brand: Brand | null): void {
  const { doc } = canvas;
  const { count } = doc.bufferedPageRange();
  const about = canvas.wrap(`${title}: ${subject}`, CONTENT_WIDTH - 90, STYLES.foot);
  const foot = brand?.footer ? canvas.wrap(brand.footer, CONTENT_WIDTH, STYLES.foot) : [];
  for (let index = 0; index < count; index++) {
    doc.switchToPage(index);
    const top = doc.page.height - EDGES.bottom + 14;
    canvas.adorn(() => {
      const number = `${TEXTS.page} ${index + 1} / ${count}`;
      doc.rect(EDGES.left, top - 4, CONTENT_WIDTH, 1.2).fill(brand?.colour ?? DEFAULT_COLOUR);
      canvas.write(about.length > 1 ? `${about[0]} …` : about[0]!, EDGES.left, top, STYLES.foot);
      const width = canvas.width(number, STYLES.foot);
      canvas.write(number, EDGES.left + CONTENT_WIDTH - width, top, STYLES.foot);
      for (const [line, text] of foot.slice(0, 2).entries())
        canvas.write(text, EDGES.left, top + (line + 1) * canvas.lineHeight(STYLES.foot), STYLES.foot);
    }, 'Pagination');
  }
}
