import { holdsDate, holdsYear } from './common.js';
import type { CredentialKind } from './credential-kind.js';
import { countMostFrequent, holdsRun, holdsSteadyDigits } from './runs.js';
import {
  commonNumberRule,
  extensionRule,
  keypadRule,
  otherCredentialRule,
  phoneRule,
  spelledNameRule,
} from './shared-rules.js';

/** The password of the installer level, program 90-02. "No repeats" is taken at its strictest reading. */
export const installerPassword: CredentialKind = {
  id: 'installer-password',
  title: 'installer password',
  alphabet: '0123456789*#',
  length: 8,
  rules: [
    {
      id: 'too-long',
      source: 'nec',
      level: 'refused',
      message: 'It has more than 8 characters.',
      offends: (password) => password.length > 8,
    },
    {
      id: 'characters',
      source: 'nec',
      level: 'refused',
      message: 'It contains something other than the digits 0 to 9, * and #.',
      offends: (password) => /[^0-9*#]/.test(password),
    },
    {
      id: 'sequence',
      source: 'nec',
      level: 'refused',
      message: 'It contains digits in sequence: three that run up or down, or four with equal steps between them.',
      offends: (password) => holdsRun(password, 3) || holdsSteadyDigits(password),
    },
    {
      id: 'repeats',
      source: 'nec',
      level: 'refused',
      message: 'A character appears in it more than once.',
      offends: (password) => countMostFrequent(password) > 1,
    },
    {
      id: 'too-short',
      source: 'sallyport',
      level: 'refused',
      message: 'It has fewer than 8 characters: use all 8.',
      offends: (password) => password.length < 8,
    },
    keypadRule,
    {
      id: 'date',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains a year from 1900 to 2099 or a date of six digits.',
      offends: (password) => holdsYear(password) || holdsDate(password),
    },
    commonNumberRule,
    extensionRule('sallyport'),
    phoneRule,
    spelledNameRule,
    otherCredentialRule('sallyport'),
  ],
};
