import { cutColumns } from './layout.js';

/*
 * The one place where text from targets and users is made safe to show. One function a place.
 */

/**
 * What a reader cannot see or that moves what is seen: controls, line and paragraph separators, lone
 * surrogates, bidi controls, and all that Unicode draws as nothing (zero width, soft hyphen, variation
 * selectors, tags), annotation marks and noncharacters.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/gu;
/** More combining marks on one character than any script needs: they smear over the lines around. */
const PILED_MARKS = /(?<=\p{M}{4})\p{M}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeVisibly(char: string): string {
  const short = SHORT_ESCAPES[char];
  if (short) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex.padStart(4, '0')}}`;
}

/** Printable ASCII, of which most texts consist: nothing to escape. */
const ASCII = /^[ -~]*$/;

/** For a terminal: what could act on it or mislead the eye becomes visible (`\x1b`, `\n`, `\u{202e}`). */
export function forTerminal(text: string): string {
  if (ASCII.test(text)) return text;
  return text.replace(UNSAFE, escapeVisibly).replace(PILED_MARKS, escapeVisibly);
}

/** For one line of a terminal: escaped, then cut to `max` columns (at least 1) with an ellipsis. */
export function forTerminalLine(text: string, max: number): string {
  return cutColumns(forTerminal(text), max);
}

/** Printable ASCII, line breaks, dashes and quotation marks, of which most reports consist: nothing to escape. */
const PLAIN = /^[\n\x20-\x7e\u2010-\u2027]*$/;

/**
 * For JSON that may be shown on a terminal: takes the output of JSON.stringify and writes what is unsafe
 * to show as `\u` escapes, so that it parses to the same value. Line breaks of its layout stay.
 */
export function forJson(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(UNSAFE, (char) => (char === '\n' ? char : escapeCodeUnits(char)));
}

function escapeCodeUnits(char: string): string {
  return char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

const HTML_REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML, as text of an element or in a quoted attribute. */
export function forHtml(text: string): string {
  return forTerminal(text).replace(/[&<>"']/g, (char) => HTML_REFERENCES[char]!);
}

/** For a whole page of HTML, whose texts are quoted already: what could mislead the eye becomes visible. Line breaks stay. */
export function forPage(html: string): string {
  if (PLAIN.test(html)) return html;
  return html
    .replace(UNSAFE, (char) => (char === '\n' ? char : escapeVisibly(char)))
    .replace(PILED_MARKS, escapeVisibly);
}

/** Marks that act within a line of Markdown (CommonMark, and GitHub's tables and strikethrough). */
const MARKDOWN_MARKS = /[\\`*_[\]<>|~&#!$]/g;

/**
 * For a line of Markdown, after a mark of ours or at its beginning: nothing in it formats, begins a block, or becomes a
 * link, not even a bare address.
 */
export function forMarkdown(text: string): string {
  return forTerminal(text)
    .trim()
    .replace(MARKDOWN_MARKS, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}\\.`)
    .replaceAll('@', '\\@')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/** For XML, as text of an element or in a quoted attribute: what XML does not allow is made visible as well. */
export function forXml(text: string): string {
  return forHtml(text);
}

/**
 * For what a Nagios plugin prints, in one line: a bar would begin the performance data, and monitors show tags as HTML.
 */
export function forNagios(text: string): string {
  return forTerminal(text).replace(/[|<>]/g, (char) => ({ '|': '¦', '<': '‹', '>': '›' })[char]!);
}

/** For the quoted value of a Prometheus label. */
export function forLabel(text: string): string {
  return forTerminal(text).replace(/[\\"]/g, '\\$&');
}

/** For a text in DefectDojo, which shows it by Python-Markdown: what would format or link is written as a reference. */
export function forDefectDojo(text: string): string {
  return forTerminal(text).replace(/[\\`*_[\]<>&#|~]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** For a plain message of SARIF (2.1.0, 3.11), before it becomes JSON: neither a placeholder nor a link. */
export function forSarif(text: string): string {
  return forTerminal(text)
    .replace(/[{}]/g, '$&$&')
    .replace(/\](?=\()/g, '] ');
}

/**
 * For Slack's mrkdwn: links and mentions need `<`, and are escaped as Slack's documentation says. Asterisks,
 * underscores and tildes cannot be escaped and only change how a word looks; backticks, which take in whole lines,
 * become apostrophes.
 */
export function forMrkdwn(text: string): string {
  return forTerminal(text)
    .replace(/[&<>]/g, (char) => HTML_REFERENCES[char]!)
    .replaceAll('`', "'");
}

/** For the value of an HTTP header: printable ASCII, where need be as encoded words of RFC 2047 in UTF-8. */
export function forHeader(text: string): string {
  const safe = forTerminal(text);
  if (/^[\x20-\x7e]*$/.test(safe) && !safe.includes('=?')) return safe.trim();
  const words: string[] = [];
  let word = '';
  for (const char of safe) {
    // An encoded word has at most 75 characters, of which 12 are its frame, and holds whole characters.
    if (Buffer.byteLength(word + char) > 45) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  return [...words, word].map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}
