const MAX_TITLE = 256;
/** Raw characters looked at behind `<title>`, before white space is joined. */
const MAX_RAW = 1024;

/**
 * The title of an HTML page, white space joined, at most 256 characters; entities stay as they were sent.
 * Null where there is no title element. A title that is not closed ends at the next tag. Linear in the page.
 */
export function extractTitle(html: string): string | null {
  const open = /<title[\s/>]/i.exec(html);
  const start = open ? html.indexOf('>', open.index) + 1 : 0;
  if (start === 0) return null;
  const raw = html.slice(start, start + MAX_RAW);
  const close = /<\/title/i.exec(raw)?.index ?? raw.indexOf('<');
  const title = close < 0 ? raw : raw.slice(0, close);
  return title.replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE);
}
