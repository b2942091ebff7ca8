import { SaxesParser, type SaxesAttributeNS } from 'saxes';
import { forHtml } from '../../words/escape.js';

const SVG = 'http://www.w3.org/2000/svg';
const XLINK = 'http://www.w3.org/1999/xlink';
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 5_000;

/** Plain shapes, text and what paints them; no script, no picture or page within, nothing that repeats or moves. */
const ELEMENTS: ReadonlySet<string> = new Set([
  ...['svg', 'g', 'defs', 'title', 'desc', 'path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon'],
  ...['text', 'tspan', 'linearGradient', 'radialGradient', 'stop', 'clipPath'],
]);
/** Left out without a word: they draw nothing. */
const SILENT: ReadonlySet<string> = new Set(['metadata', 'view']);
/** How a shape looks: as an attribute, or within `style`. */
const LOOKS: ReadonlySet<string> = new Set([
  ...['fill', 'fill-opacity', 'fill-rule', 'stroke', 'stroke-width', 'stroke-linecap', 'stroke-linejoin'],
  ...['stroke-miterlimit', 'stroke-dasharray', 'stroke-dashoffset', 'stroke-opacity', 'opacity', 'color', 'display'],
  ...['visibility', 'clip-path', 'clip-rule', 'stop-color', 'stop-opacity', 'font-family', 'font-size', 'font-weight'],
  ...['font-style', 'text-anchor', 'letter-spacing', 'paint-order'],
]);
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...LOOKS,
  ...['id', 'd', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'dx', 'dy', 'cx', 'cy', 'r', 'rx', 'ry', 'fx', 'fy', 'offset'],
  ...['width', 'height', 'points', 'viewBox', 'preserveAspectRatio', 'transform'],
  ...['gradientUnits', 'gradientTransform', 'spreadMethod', 'clipPathUnits'],
]);
/** Only names, numbers, colours and functions of these; a `url()` within the drawing alone. */
const SAFE_VALUE =
  /^(?:[\w\s#%.,+'-]|url\(#[\w.-]+\)|(?:rgba?|hsla?|matrix|translate|scale|rotate|skew[XY])\([\w\s.,%+/-]*\))*$/;

/** A drawing of nothing but shapes, and which elements were left out of it; or what is wrong. */
export type CleanSvg = { readonly text: string; readonly dropped: readonly string[] } | { readonly problem: string };

/** Writes an SVG anew from what is known to be harmless in it. Total. */
export function cleanSvg(bytes: Buffer): CleanSvg {
  const writer = new SvgWriter();
  try {
    const source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const parser = new SaxesParser({ xmlns: true });
    parser.on('doctype', (text) => {
      if (text.includes('[')) throw new Refusal('declares entities, which is refused');
    });
    parser.on('opentag', ({ local, uri, attributes }) => writer.open(local, uri, Object.values(attributes)));
    parser.on('text', (text) => writer.text(text));
    parser.on('cdata', (text) => writer.text(text));
    parser.on('closetag', () => writer.close());
    parser.write(source).close();
  } catch (error) {
    return { problem: error instanceof Refusal ? error.message : 'is neither a PNG nor a well-formed SVG (UTF-8)' };
  }
  return { text: `${writer.written}\n`, dropped: [...writer.dropped].sort() };
}

/** A refusal of ours: what follows the name of the file. */
class Refusal extends Error {}

class SvgWriter {
  /** Names of the open elements; null for one that is left out. */
  readonly #open: (string | null)[] = [];
  #elements = 0;
  written = '';
  readonly dropped = new Set<string>();

  open(name: string, uri: string, attributes: readonly SaxesAttributeNS[]): void {
    const isRoot = this.#open.length === 0;
    if (isRoot && (name !== 'svg' || uri !== SVG)) throw new Refusal('is neither a PNG nor an SVG');
    if (this.#open.length === MAX_DEPTH) throw new Refusal(`is nested more than ${MAX_DEPTH} levels deep`);
    if (++this.#elements > MAX_ELEMENTS) throw new Refusal(`has more than ${MAX_ELEMENTS} elements`);
    const isWithin = this.#open.at(-1) === null;
    const isKept = !isWithin && uri === SVG && ELEMENTS.has(name) && (isRoot || name !== 'svg');
    if (!isKept && !isWithin && uri === SVG && !SILENT.has(name)) this.dropped.add(name);
    this.#open.push(isKept ? name : null);
    if (!isKept) return;
    const kept = attributes.flatMap((attribute) => cleanAttribute(attribute));
    if (isRoot) requireSize(new Map(kept));
    const space = isRoot ? ` xmlns="${SVG}"` : '';
    this.written += `<${name}${space}${kept.map(([key, value]) => ` ${key}="${forHtml(value)}"`).join('')}>`;
  }

  text(text: string): void {
    const name = this.#open.at(-1);
    if (typeof name !== 'string' || !['text', 'tspan', 'title', 'desc'].includes(name)) return;
    this.written += forHtml(text.replace(/\s+/g, ' '));
  }

  close(): void {
    const name = this.#open.pop();
    if (typeof name === 'string') this.written += `</${name}>`;
  }
}

function cleanAttribute({ local, uri, value }: SaxesAttributeNS): [string, string][] {
  // Of a gradient that shares the colours of another.
  if (local === 'href' && (uri === '' || uri === XLINK)) return /^#[\w.-]+$/.test(value) ? [['href', value]] : [];
  if (uri !== '') return [];
  if (local === 'style') {
    const kept = value.split(';').flatMap((declaration) => {
      const [, key = '', look = ''] = /^\s*([\w-]+)\s*:(.*)$/s.exec(declaration) ?? [];
      return LOOKS.has(key) && SAFE_VALUE.test(look) ? [`${key}:${look.trim()}`] : [];
    });
    return kept.length > 0 ? [['style', kept.join(';')]] : [];
  }
  return ATTRIBUTES.has(local) && SAFE_VALUE.test(value) ? [[local, value.replace(/\s+/g, ' ')]] : [];
}

/** Without a size a browser gives it one of its own. */
function requireSize(attributes: ReadonlyMap<string, string>): void {
  const box = (attributes.get('viewBox') ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const sides = ['width', 'height'].map((name) => parseFloat(attributes.get(name) ?? ''));
  const isSize = (numbers: readonly number[]) => numbers.every((number) => number > 0 && number < 1e5);
  if (!(box.length === 4 && isSize(box.slice(2))) && !isSize(sides))
    throw new Refusal('has no size: it needs a viewBox, or a width and a height');
}
