import { COMMON_NUMBERS } from './common.js';
import type { CredentialRule } from './credential-kind.js';
import { holdsKeypadFigure } from './keypad.js';
import { reverse } from './runs.js';
import { foldText, holdsSpelledWord, holdsWord, listWords, resemblesOther } from './words.js';

/*
 * Rules of several kinds. Those that NEC's guidance asks for in one kind only take their source from there.
 */

export const extensionRule = (source: CredentialRule['source']): CredentialRule => ({
  id: 'extension',
  source,
  level: 'refused',
  message: 'It is or contains an extension number, forwards or backwards.',
  offends: (credential, { extensions }) => holdsExtension(credential, extensions),
});

export const phoneRule: CredentialRule = {
  id: 'phone',
  source: 'sallyport',
  level: 'refused',
  message: 'It contains four digits in a row of a phone number, forwards or backwards.',
  offends: (credential, { phones }) => holdsPhone(credential, phones),
};

export const siteNameRule: CredentialRule = {
  id: 'site-name',
  source: 'sallyport',
  level: 'refused',
  message: 'It contains a word of the company or of a user, perhaps with digits or signs for letters.',
  offends: (credential, { names }) => holdsWord(credential, listWords(names).map(foldText)),
};

export const spelledNameRule: CredentialRule = {
  id: 'site-name',
  source: 'sallyport',
  level: 'refused',
  message: 'Its keys spell the beginning of a word of the company or of a user.',
  offends: (credential, { names }) => holdsSpelledWord(credential, listWords(names)),
};

export const commonNumberRule: CredentialRule = {
  id: 'common',
  source: 'sallyport',
  level: 'refused',
  message: 'It is or contains a number that many people choose.',
  offends: (credential) => COMMON_NUMBERS.some((number) => credential.includes(number)),
};

export const keypadRule: CredentialRule = {
  id: 'keypad',
  source: 'sallyport',
  level: 'refused',
  message: 'It contains a pattern on the keypad: three keys in a line, or a path, a square or a cross of four.',
  offends: holdsKeypadFigure,
};

export const otherCredentialRule = (source: CredentialRule['source']): CredentialRule => ({
  id: 'other-credential',
  source,
  level: 'refused',
  message: 'It is, contains or is part of another credential of the same run.',
  offends: (credential, { others }) => resemblesOther(credential, others),
});

/** Whether `size` digits in a row of a number are in the text, forwards or backwards. */
function sharesDigits(text: string, number: string, size: number): boolean {
  for (let at = 0; at + size <= number.length; at++) {
    const digits = number.slice(at, at + size);
    if (text.includes(digits) || text.includes(reverse(digits))) return true;
  }
  return false;
}

/**
 * Whether an extension number shows: one of three or more digits is in the text, forwards or backwards (of a long
 * one, four of its digits); or the text is a shorter one, repeated or filled up with zeros.
 */
export function holdsExtension(text: string, extensions: readonly string[]): boolean {
  return extensions.some((extension) => {
    if (extension.length >= 3) return sharesDigits(text, extension, Math.min(4, extension.length));
    return text.includes(extension) && /^0*$/.test(text.replaceAll(extension, ''));
  });
}

/** Whether four digits in a row of a phone number are in the text, forwards or backwards. */
export function holdsPhone(text: string, phones: readonly string[]): boolean {
  return phones.some((phone) => sharesDigits(text, phone, 4));
}

/** Whether the last three digits of a phone number are in the text. */
export function holdsEndOfPhone(text: string, phones: readonly string[]): boolean {
  return phones.some((phone) => phone.length >= 3 && text.includes(phone.slice(-3)));
}
