import { COMMON_WORDS, holdsKeyboardPath } from './common.js';
import type { CredentialKind } from './credential-kind.js';
import { holdsRun, holdsSameInRow, isBlockRepeated, isMirrored } from './runs.js';
import { extensionRule, otherCredentialRule, phoneRule, siteNameRule } from './shared-rules.js';
import { holdsWord } from './words.js';

/** The user name of the installer level, program 90-02. */
export const installerName: CredentialKind = {
  id: 'installer-name',
  title: 'installer name',
  alphabet: 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%*+-=?_',
  length: 10,
  rules: [
    {
      id: 'too-long',
      source: 'nec',
      level: 'refused',
      message: 'It has more than 10 characters.',
      offends: (name) => name.length > 10,
    },
    {
      id: 'classes',
      source: 'nec',
      level: 'refused',
      message: 'It needs an upper case letter, a lower case letter and a special character.',
      offends: (name) => ![/[A-Z]/, /[a-z]/, /[!-/:-@[-`{-~]/].every((characters) => characters.test(name)),
    },
    {
      id: 'characters',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains a space, a control character or one that is not ASCII.',
      offends: (name) => /[^!-~]/.test(name),
    },
    {
      id: 'too-short',
      source: 'sallyport',
      level: 'refused',
      message: 'It has fewer than 8 characters.',
      offends: (name) => name.length < 8,
    },
    {
      id: 'sequence',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains three letters or digits that run up or down, or four that are side by side on a keyboard.',
      offends: (name) => holdsRun(name, 3) || holdsKeyboardPath(name, 4),
    },
    {
      id: 'repeats',
      source: 'sallyport',
      level: 'refused',
      message: 'A character appears three times in a row, or it is one block repeated, or it reads the same backwards.',
      offends: (name) => holdsSameInRow(name, 3) || isBlockRepeated(name) || isMirrored(name),
    },
    {
      id: 'common',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains a word of common user names and passwords, perhaps with digits or signs for letters.',
      offends: (name) => holdsWord(name, COMMON_WORDS),
    },
    siteNameRule,
    extensionRule('sallyport'),
    phoneRule,
    otherCredentialRule('sallyport'),
  ],
};
