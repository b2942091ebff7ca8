import { SaxesParser } from 'saxes';

/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Reads a document by a strict parser of another kind than what wrote it. */
export function readXml(text: string): Element {
  const parser = new SaxesParser();
  const stack: Element[] = [{ name: '', attributes: {}, children: [], text: '' }];
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: '' };
    stack.at(-1)!.children.push(element);
    stack.push(element);
  });
  parser.on('text', (part) => (stack.at(-1)!.text += part));
  parser.on('closetag', () => stack.pop());
  parser.write(text).close();
  return stack[0]!.children[0]!;
}

/** All elements of a name, in the order of the document. */
export function findAll(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...findAll(child, name)]);
}
