import { loadBrand } from '../../files/brand/brand.js';
import type { Brand } from '../../model/brand.js';
import { tell } from './ending.js';
import type { Options, Values } from './option.js';

/** Declares `--brand`, of all that makes pages. A table and data have no letterhead, so it does nothing to them. */
export const BRAND = {
  brand: { value: 'FILE', describe: 'For pages: YAML file of your name, address, logo and colour' },
} as const satisfies Options;

/** Forms of output with a letterhead. */
const WITH_LETTERHEAD: readonly string[] = ['html', 'pdf'];

/**
 * Reads the brand that is given for a form of output; null if none is, or it has no letterhead.
 * @throws InputError
 */
export async function readBrand(
  { brand, quiet }: Values<typeof BRAND> & { readonly quiet: boolean | undefined },
  format: string,
): Promise<Brand | null> {
  if (brand === undefined || !WITH_LETTERHEAD.includes(format)) return null;
  return loadBrand(brand, quiet ? undefined : tell);
}
