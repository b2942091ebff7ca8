import { InputError } from '../../files/text/input-error.js';
import type { DocumentFormat } from '../../handover/draw-document.js';
import type { Options } from './option.js';

/*
 * Options of how a report is drawn and signed.
 */

/** Declares `--pdf-browser`. */
export const PDF_BROWSER = {
  'pdf-browser': {
    value: 'PATH',
    otherwise: 'Chromium, Chrome or Edge, if there is one',
    describe: 'Browser that prints the PDF; none: a PDF without a browser',
  },
} as const satisfies Options;

/** Declares `--sign`. */
export const SIGN = {
  sign: { value: 'KEY', describe: 'Sign the report with this private key, which "sallyport key new" makes' },
} as const satisfies Options;

/**
 * Refuses what cannot be signed, before any work is done.
 * @throws InputError
 */
export function requireSignable(format: DocumentFormat, output: string | undefined): void {
  if (format === 'markdown')
    throw new InputError('--sign: Markdown is not signed, since programs change its text; use html, pdf or json');
  if (format === 'json' && (output === undefined || output === '-'))
    throw new InputError('--sign: JSON needs a file, -o FILE: its signature goes into FILE.sig beside it');
}
