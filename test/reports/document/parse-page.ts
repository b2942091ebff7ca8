import { expect } from '@jest/globals';
import { SaxesParser } from 'saxes';

/** The elements of a page with their attributes, and its text; throws where it is not well-formed. */
export function parsePage(page: string) {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  let text = '';
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes: { ...attributes } }));
  parser.on('text', (part) => (text += part));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(page.replace('<!DOCTYPE html>', '')).close();
  return { elements, text, names: new Set(elements.map(({ name }) => name)) };
}

const HARMLESS = new Set(
  'html head meta title style body header div p main h1 h2 h3 h4 section svg path circle rect g span ul ol li dl dt dd table caption thead tbody tr th td a footer'.split(
    ' ',
  ),
);

/** Nothing in a page acts or asks for anything, whatever the target sent. */
export function expectHarmlessPage(page: string): void {
  const { elements, names } = parsePage(page);
  expect([...names].filter((name) => !HARMLESS.has(name))).toEqual([]);
  for (const { name, attributes } of elements) {
    expect(Object.keys(attributes).filter((key) => /^on|^style$|^src$/.test(key))).toEqual([]);
    if (name === 'a') expect(attributes['href']).toMatch(/^data:application\/json;base64,/);
  }
  expect(page).toMatch(/^<!DOCTYPE html>\n<!-- sallyport report -->\n/);
}
