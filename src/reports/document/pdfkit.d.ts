/** What we use of pdfkit. */
declare module 'pdfkit' {
  /** An element of the structure by which screen readers find their way. */
  export interface StructElement {
    /** Content is drawn at once, where the element is in the document already. */
    add(child: StructElement | (() => void)): this;
    end(): void;
  }

  export interface StructOptions {
    readonly title?: string;
    readonly alt?: string;
    readonly scope?: 'Row' | 'Column';
    readonly bbox?: readonly [left: number, top: number, right: number, bottom: number];
  }

  export interface OutlineItem {
    addItem(title: string, options?: { readonly expanded?: boolean }): OutlineItem;
  }

  export interface PdfOptions {
    readonly pdfVersion: '1.7';
    readonly size: 'A4';
    readonly margin: number;
    readonly tagged: boolean;
    readonly lang: string;
    readonly displayTitle: boolean;
    readonly bufferPages: boolean;
    readonly autoFirstPage: boolean;
    readonly font: null;
    readonly info: Readonly<Record<string, string | Date>>;
  }

  // eslint-disable-next-line no-restricted-exports -- it is what pdfkit exports
  export default class PDFDocument {
    constructor(options: PdfOptions);
    readonly page: { readonly width: number; readonly height: number };
    readonly outline: OutlineItem;
    /** The current font: only it knows which characters it has. */
    readonly _font: { readonly font: { hasGlyphForCodePoint(codePoint: number): boolean } };
    on(event: 'data', listener: (chunk: Buffer) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    /** Writes a line of the file itself, before any object. */
    _write(line: string): void;
    addPage(): this;
    switchToPage(number: number): unknown;
    bufferedPageRange(): { readonly start: number; readonly count: number };
    end(): void;
    registerFont(name: string, source: Uint8Array): this;
    font(name: string): this;
    fontSize(size: number): this;
    widthOfString(text: string): number;
    text(text: string, x: number, y: number, options: { readonly lineBreak: false }): this;
    struct(type: string, options?: StructOptions): StructElement;
    addStructure(element: StructElement): this;
    markContent(tag: 'Artifact', options?: { readonly type: 'Pagination' | 'Layout' }): this;
    endMarkedContent(): this;
    file(source: Uint8Array, options: Readonly<Record<string, string | Date>>): unknown;
    image(source: Uint8Array, x: number, y: number, options: { readonly fit: readonly [number, number] }): this;
    openImage(source: Uint8Array): { readonly width: number; readonly height: number };
    save(): this;
    restore(): this;
    translate(x: number, y: number): this;
    scale(factor: number): this;
    path(path: string): this;
    rect(x: number, y: number, width: number, height: number): this;
    roundedRect(x: number, y: number, width: number, height: number, radius: number): this;
    moveTo(x: number, y: number): this;
    lineTo(x: number, y: number): this;
    lineWidth(width: number): this;
    lineCap(style: 'butt' | 'round'): this;
    lineJoin(style: 'miter' | 'round'): this;
    dash(length: number, options: { readonly space: number }): this;
    undash(): this;
    fillColor(colour: string): this;
    fill(colour?: string): this;
    stroke(colour?: string): this;
  }
}
