import type { SigningKey } from '../../evidence/keys.js';
import type { DocumentFormat } from '../../handover/draw-document.js';
import { NO_BROWSER } from '../../handover/draw-pdf.js';
import { drawSigned, type Gathered } from '../../handover/draw-signed.js';
import type { Brand } from '../../model/brand.js';
import { Refusal } from '../../server/refusal.js';

/** PDFs that may wait to be drawn: each keeps the server from all else for a moment. */
const MOST_WAITING = 16;

/** Draws reports for those who ask for them: one PDF at a time, and without a browser. */
export class ReportDesk {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly style: { readonly brand: Brand | null; readonly key: SigningKey | null }) {}

  /**
   * A report as bytes. A page and a PDF are signed where there is a key, and so is the data in them.
   * @throws Refusal if too many are waiting
   */
  async draw(format: DocumentFormat, gathered: Gathered): Promise<Uint8Array> {
    if (format !== 'pdf') return this.#draw(format, gathered);
    if (this.#waiting >= MOST_WAITING)
      throw new Refusal(503, 'busy', 'too many reports are being drawn: try again in a moment', 5);
    this.#waiting++;
    const turn = this.#last.then(() => this.#draw(format, gathered));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  async #draw(format: DocumentFormat, gathered: Gathered): Promise<Uint8Array> {
    const isSigned = format === 'html' || format === 'pdf';
    const { brand, key } = this.style;
    const style = { brand, browser: NO_BROWSER, onNote: () => {}, key: isSigned ? key : null };
    return (await drawSigned(format, gathered, style)).bytes;
  }
}
