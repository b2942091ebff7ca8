import { forXml } from '../words/escape.js';

/** Attributes by name, in their order, several lines as a list; those without a value are left out. */
export type Attributes = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** What stands before the root element. */
export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * An element on a line of its own, with what stands in it: elements, or text from {@link xmlText}; values of attributes
 * are escaped here.
 */
export function xmlElement(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const inner = content.join('');
  if (inner === '') return `<${name}${xmlAttributes(attributes)}/>\n`;
  const lineEnd = inner.startsWith('<') ? '\n' : '';
  return `${xmlStart(name, attributes)}${lineEnd}${inner}</${name}>\n`;
}

/** The start tag of an element whose content comes bit by bit. */
export function xmlStart(name: string, attributes: Attributes): string {
  return `<${name}${xmlAttributes(attributes)}>`;
}

/** Lines of text in an element. */
export function xmlText(lines: readonly string[]): string {
  return lines.map((line) => forXml(line)).join('\n');
}

function xmlAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value == null ? '' : ` ${name}="${xmlValue(value)}"`))
    .join('');
}

/** A line break as itself would be read as a space. */
function xmlValue(value: string | number | readonly string[]): string {
  return (typeof value === 'object' ? value : [String(value)]).map((line) => forXml(line)).join('&#10;');
}
