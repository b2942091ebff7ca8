import PDFDocument, { type StructElement, type StructOptions } from 'pdfkit';
import { forTerminal } from '../../words/escape.js';
import { PDF_MARK } from './pdf-mark.js';
import type { DocumentHead } from './report-document.js';

/** The fonts of a PDF: TrueType files, which are embedded in part. */
export interface PdfFonts {
  readonly regular: Uint8Array;
  readonly bold: Uint8Array;
}

/** How a text is written. */
export interface TextStyle {
  readonly font: keyof PdfFonts;
  /** In points, as all lengths here. */
  readonly size: number;
  readonly colour: string;
}

/** Edges of a sheet, such that A4 prints on Letter as well. */
export const EDGES = { left: 42, right: 42, top: 44, bottom: 60 };
const SHEET = { width: 595.28, height: 841.89 };
export const CONTENT_WIDTH = SHEET.width - EDGES.left - EDGES.right;
const LINE_HEIGHT = 1.35;
/** A width that was added to and taken from again is no longer quite the same. */
const ROUNDING = 0.01;
/** Marks that the fonts do not have, and what says the same. */
const REPLACEMENTS: Readonly<Record<string, string>> = { '✔': '√', '✖': '×' };

/** Sheets of paper that are filled from top to bottom, with tags for those who cannot see them. */
export class PdfCanvas {
  readonly doc: PDFDocument;
  readonly root: StructElement;
  /** Where the next thing is drawn. */
  y = EDGES.top;
  readonly #shown = new Map<string, boolean>();
  /** Whether a character was written as an escape because the fonts do not have it. */
  hasUnshown = false;

  /** @param date goes into the file as the time of its making, so that the same document gives the same bytes */
  constructor({ title, subject, madeAt }: DocumentHead, author: string | null, fonts: PdfFonts) {
    const date = new Date(madeAt);
    this.doc = new PDFDocument({
      ...{ pdfVersion: '1.7', size: 'A4', margin: 0, tagged: true, lang: 'en', displayTitle: true },
      ...{ bufferPages: true, autoFirstPage: false, font: null },
      info: {
        Title: forTerminal(`${title}: ${subject}`),
        ...(author !== null && { Author: forTerminal(author) }),
        ...{ Creator: 'sallyport', Producer: 'sallyport with pdfkit', CreationDate: date, ModDate: date },
      },
    });
    for (const name of ['regular', 'bold'] as const) this.doc.registerFont(name, fonts[name]);
    this.doc._write(PDF_MARK);
    this.doc.addPage();
    this.root = this.doc.struct('Document');
    this.doc.addStructure(this.root);
  }

  /** Points that are left on the sheet. */
  get left(): number {
    return SHEET.height - EDGES.bottom - this.y;
  }

  /** Goes on at the top of a new sheet. */
  breakPage(): void {
    this.doc.addPage();
    this.y = EDGES.top;
  }

  /** Goes on on a new sheet if less than this is left. */
  reserve(height: number): void {
    if (this.left < height && this.y > EDGES.top) this.breakPage();
  }

  /** Adds an element to the structure. */
  element(parent: StructElement, type: string, options?: StructOptions): StructElement {
    const element = this.doc.struct(type, options);
    parent.add(element);
    return element;
  }

  /** Draws what only adorns. */
  adorn(draw: () => void, type: 'Pagination' | 'Layout' = 'Layout'): void {
    this.doc.markContent('Artifact', { type });
    draw();
    this.doc.endMarkedContent();
  }

  /** The height of a line. */
  lineHeight({ size }: TextStyle): number {
    return size * LINE_HEIGHT;
  }

  width(text: string, { font, size }: TextStyle): number {
    return this.doc.font(font).fontSize(size).widthOfString(text);
  }

  /** Text as it is drawn: escaped as for a terminal, and what the fonts lack as an escape, too. */
  makeSafe(text: string, { font }: Pick<TextStyle, 'font'>): string {
    return forTerminal(text.normalize('NFC')).replace(/[^\x20-\x7e]/gu, (char) => {
      const replaced = REPLACEMENTS[char] ?? char;
      if (this.#has(replaced, font)) return replaced;
      this.hasUnshown = true;
      return `\\u{${char.codePointAt(0)!.toString(16).padStart(4, '0')}}`;
    });
  }

  #has(char: string, font: keyof PdfFonts): boolean {
    const key = font + char;
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const has = this.doc.font(font)._font.font.hasGlyphForCodePoint(char.codePointAt(0)!);
    this.#shown.set(key, has);
    return has;
  }

  /** Text in lines of at most this width; words that are longer are cut. Never empty. */
  wrap(text: string, width: number, style: TextStyle): string[] {
    const lines: string[] = [];
    let line = '';
    for (const word of this.makeSafe(text, style).split(/ +/)) {
      const joined = line === '' ? word : `${line} ${word}`;
      if (this.width(joined, style) <= width + ROUNDING) {
        line = joined;
        continue;
      }
      if (line !== '') lines.push(line);
      const pieces = this.#cut(word, width, style);
      line = pieces.pop() ?? '';
      lines.push(...pieces);
    }
    return [...lines, line];
  }

  #cut(word: string, width: number, style: TextStyle): string[] {
    const pieces: string[] = [];
    let piece = '';
    let used = 0;
    for (const char of word) {
      const wide = this.width(char, style);
      if (used + wide > width && piece !== '') {
        pieces.push(piece);
        piece = '';
        used = 0;
      }
      piece += char;
      used += wide;
    }
    return [...pieces, piece];
  }

  /** Writes a line that is safe and fits, its top at `y`. */
  write(line: string, x: number, y: number, { font, size, colour }: TextStyle): void {
    this.doc.font(font).fontSize(size).fillColor(colour);
    this.doc.text(line, x, y + size * 0.1, { lineBreak: false });
  }

  /** Writes wrapped text into an element, over as many sheets as it takes. */
  flow(
    element: StructElement,
    text: string,
    x: number,
    style: TextStyle,
    width = EDGES.left + CONTENT_WIDTH - x,
  ): void {
    let lines = this.wrap(text, width, style);
    const height = this.lineHeight(style);
    while (lines.length > 0) {
      this.reserve(height);
      const fitting = Math.max(1, Math.floor(this.left / height));
      const now = lines.slice(0, fitting);
      const top = this.y;
      element.add(() => {
        for (const [index, line] of now.entries()) this.write(`${line} `, x, top + index * height, style);
      });
      this.y += now.length * height;
      lines = lines.slice(fitting);
    }
  }

  /** Ends the document: the bytes of the file. */
  async finish(): Promise<Buffer> {
    this.root.end();
    const chunks: Buffer[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      this.doc
        .on('data', (chunk) => chunks.push(chunk))
        .on('error', reject)
        .on('end', resolve);
    });
    this.doc.end();
    await ended;
    return Buffer.concat(chunks);
  }
}
