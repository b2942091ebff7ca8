import type { Delimiter } from './csv-document.js';

/*
 * Rows and cells as pieces of a text, so that one can be changed and all others stay as they are. The quotation marks of
 * the text are known to be right: it was read as CSV before.
 */

/** A piece of a text. */
export interface Span {
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
}

/** The rows of a text without their line ends, empty ones too. */
export function splitRows(text: string): Span[] {
  const rows: Span[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') isQuoted = !isQuoted;
    if (isQuoted || (char !== '\n' && char !== '\r')) continue;
    rows.push({ start, end: at });
    if (char === '\r' && text[at + 1] === '\n') at++;
    start = at + 1;
  }
  return start < text.length ? [...rows, { start, end: text.length }] : rows;
}

/** The cells of a row as they are written. */
export function splitCells(row: string, delimiter: Delimiter): string[] {
  const cells: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < row.length; at++) {
    if (row[at] === '"') isQuoted = !isQuoted;
    else if (row[at] === delimiter && !isQuoted) {
      cells.push(row.slice(start, at));
      start = at + 1;
    }
  }
  return [...cells, row.slice(start)];
}

/** What a cell says, without white space around it. */
export function readCell(written: string): string {
  const text = written.trim();
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
}

/** Writes a cell, in quotation marks where any program could need them (RFC 4180). */
export function writeCell(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
