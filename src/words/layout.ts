/*
 * Layout of text that is already escaped for the terminal: every code point left is visible or a
 * combining mark, and there is no line break in it.
 */

const ELLIPSIS = '…';
/** Most texts: a column each character. */
const PLAIN = /^[ -~]*$/;
const COMBINING = /^[\p{Mn}\p{Me}]$/u;
/** East Asian Width W and F (Unicode Standard Annex #11), and emoji shown as pictures. */
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Where the width is not known. */
const USUAL_COLUMNS = 80;
/** Narrower terminals break the lines themselves. */
const LEAST_COLUMNS = 40;

/** The columns to lay out for on a terminal of this width; 0 if it is not known. */
export function limitWidth(width: number, most: number): number {
  return Math.max(LEAST_COLUMNS, Math.min(most, Math.floor(width) || USUAL_COLUMNS));
}

function codePointWidth(char: string): number {
  if (char >= ' ' && char <= '~') return 1;
  if (COMBINING.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/**
 * Columns that text takes on a terminal, code point by code point. Emoji made of several code points
 * (flags, skin tones) count for more than some terminals use, never for less.
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += codePointWidth(char);
  return width;
}

/** The longest beginning of `text` that takes at most `max` columns. */
function takeColumns(text: string, max: number): string {
  if (PLAIN.test(text)) return text.slice(0, max);
  let width = 0;
  let length = 0;
  for (const char of text) {
    width += codePointWidth(char);
    if (width > max) break;
    length += char.length;
  }
  return text.slice(0, length);
}

/** Cuts text to at most `max` columns (at least 1); an ellipsis tells that something is missing. */
export function cutColumns(text: string, max: number): string {
  return displayWidth(text) <= max ? text : takeColumns(text, max - 1) + ELLIPSIS;
}

/** Cuts text to at most `max` columns (at least 3) after a whole word; ` …` shows that something is missing. */
export function cutWords(text: string, max: number): string {
  return displayWidth(text) <= max ? text : `${wrapText(text, max - 2)[0]} …`;
}

/** Cuts or fills text to exactly `width` columns. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = cutColumns(text, width);
  const space = ' '.repeat(width - displayWidth(cut));
  return align === 'left' ? cut + space : space + cut;
}

/** Breaks text at spaces into lines of at most `width` columns (at least 2); longer words are broken up. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (word === '') continue;
    if (line && displayWidth(line) + 1 + displayWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line) lines.push(line);
    for (line = takeColumns(word, width); line.length < word.length; line = takeColumns(word, width)) {
      lines.push(line);
      word = word.slice(line.length);
    }
  }
  if (line) lines.push(line);
  return lines;
}

/**
 * Breaks a call of a program into lines of at most `width` columns (at least 8), for a shell: each but the last ends in a
 * backslash, and the further ones are indented.
 */
export function wrapCall(call: string, width: number): string[] {
  if (displayWidth(call) <= width) return [call];
  return wrapText(call, width - 4).map(
    (line, i, { length }) => (i > 0 ? '  ' : '') + line + (i < length - 1 ? ' \\' : ''),
  );
}
