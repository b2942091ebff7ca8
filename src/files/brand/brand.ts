import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { type Brand, DEFAULT_COLOUR, type Logo } from '../../model/brand.js';
import { checkSchema, line } from '../text/check-schema.js';
import { describeFileError, readBytes } from '../text/read-text.js';
import { InputError } from '../text/input-error.js';
import { problemAt, readYaml } from '../text/yaml-document.js';
import { cleanPng, isPng } from './png.js';
import { cleanSvg } from './svg.js';

/** Largest file of a logo: it is within each page. */
const MAX_LOGO_BYTES = 512 * 1024;
const MAX_LINE = 200;
const MOST_LINES = 6;

/** The format of a brand; schemas/brand.schema.json is generated from it. */
export const brandFileSchema = z
  .strictObject({
    name: line(MAX_LINE).describe('the name of the company'),
    address: z
      .union([line(MAX_LINE), z.array(line(MAX_LINE)).min(1).max(MOST_LINES)])
      .optional()
      .describe('postal address: one line, or a list of lines'),
    phone: line(64).optional(),
    email: line(MAX_LINE).optional(),
    web: line(MAX_LINE).optional().describe('address of a website, as it is to be read'),
    colour: line(16)
      .regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'expected a colour such as "#1f4e79", in quotes')
      .optional()
      .describe(`colour of the letterhead: #rrggbb or #rgb; ${DEFAULT_COLOUR} if left out`),
    logo: line(1024).optional().describe('file of a logo, PNG or SVG, seen from this file'),
    footer: line(500).optional().describe('a line at the end of each document'),
  })
  .describe('Who hands reports over');

/**
 * Loads a brand, and its logo in a form that is safe to show.
 * @param onNote takes what was left out of the logo
 * @throws InputError with a line, as `file:line:column: key: problem`, for each problem
 */
export async function loadBrand(file: string, onNote: (note: string) => void = () => {}): Promise<Brand> {
  const document = await readYaml(file);
  const data = checkSchema(document, brandFileSchema);
  const refuse = (problem: string) => problemAt(document, ['logo'], `${data.logo}: ${problem}`);
  return {
    name: data.name,
    address: [data.address ?? []].flat(),
    phone: data.phone ?? null,
    email: data.email ?? null,
    web: data.web ?? null,
    colour: spellOut(data.colour ?? DEFAULT_COLOUR),
    logo: data.logo === undefined ? null : await loadLogo(resolve(dirname(file), data.logo), refuse, onNote),
    footer: data.footer ?? null,
  };
}

/** `#rgb` as `#rrggbb`, in small letters. */
function spellOut(colour: string): string {
  const digits = colour.slice(1).toLowerCase();
  return `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}`;
}

async function loadLogo(
  file: string,
  refuse: (problem: string) => InputError,
  onNote: (note: string) => void,
): Promise<Logo> {
  const bytes = await readBytes(file, MAX_LOGO_BYTES).catch((error: unknown) => {
    throw refuse(error instanceof InputError ? error.problem : describeFileError(error));
  });
  if (isPng(bytes)) {
    const png = cleanPng(bytes);
    if (typeof png === 'string') throw refuse(png);
    return { kind: 'png', bytes: png, dataUrl: `data:image/png;base64,${png.toString('base64')}` };
  }
  const svg = cleanSvg(bytes);
  if ('problem' in svg) throw refuse(svg.problem);
  if (svg.dropped.length > 0)
    onNote(`${file}: left out of the logo, as only plain shapes are safe: ${svg.dropped.join(', ')}`);
  const clean = Buffer.from(svg.text);
  return { kind: 'svg', bytes: clean, dataUrl: `data:image/svg+xml;base64,${clean.toString('base64')}` };
}
