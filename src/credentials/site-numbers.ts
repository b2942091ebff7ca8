import { reverse } from './repeats.js';

/** Whether `size` digits in a row of a number stand in the text, forwards or backwards. */
function sharesDigits(text: string, number: string, size: number): boolean {
  for (let at = 0; at + size <= number.length; at++) {
    const digits = number.slice(at, at + size);
    if (text.includes(digits) || text.includes(reverse(digits))) return true;
  }
  return false;
}

/**
 * Whether an extension number shows: one of three or more digits stands in the text, forwards or backwards (of a long
 * one, four of its digits); or the text is a shorter one, repeated or filled up with zeros.
 */
export function holdsExtension(text: string, extensions: readonly string[]): boolean {
  return extensions.some((extension) => {
    if (extension.length >= 3) return sharesDigits(text, extension, Math.min(4, extension.length));
    return text.includes(extension) && /^0*$/.test(text.replaceAll(extension, ''));
  });
}

/** Whether four digits in a row of a phone number stand in the text, forwards or backwards. */
export function holdsPhone(text: string, phones: readonly string[]): boolean {
  return phones.some((phone) => sharesDigits(text, phone, 4));
}

/** Whether the last three digits of a phone number stand in the text. */
export function holdsEndOfPhone(text: string, phones: readonly string[]): boolean {
  return phones.some((phone) => phone.length >= 3 && text.includes(phone.slice(-3)));
}
