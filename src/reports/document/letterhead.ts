import type { Brand } from '../../model/brand.js';

/** The lines of a letterhead: the name first. Raw text: escape it. */
export function brandLines({ name, address, phone, email, web }: Brand): string[] {
  return [name, address.join(', '), [phone, email, web].filter(Boolean).join(' · ')].filter((line) => line !== '');
}
