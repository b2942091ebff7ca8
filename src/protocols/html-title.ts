const MAX_TITLE = 256;
/** Raw characters looked at behind `<title>`, before white space is joined. */
const MAX_RAW = 1024;

/**
 * The title of an HTML page, white space joined, at most 256 characters; entities stay as they were sent.
 * Null where there is no title element. A title that is not closed ends at the next tag. Linear in the page.
 */
export function extractTitle(html: string): string | null {
  const lower = html.toLowerCase();
  const text = lower.length === html.length ? lower : html;
  for (let at = text.indexOf('<title'); at >= 0; at = text.indexOf('<title', at + 6)) {
    const next = text[at + 6];
    if (next === undefined || !' \t\r\n\f/>'.includes(next)) continue;
    const start = text.indexOf('>', at) + 1;
    if (start === 0) return null;
    const raw = text.slice(start, start + MAX_RAW);
    const close = raw.indexOf('</title') < 0 ? raw.indexOf('<') : raw.indexOf('</title');
    const title = html.slice(start, start + (close < 0 ? MAX_RAW : close));
    return title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE);
  }
  return null;
}
