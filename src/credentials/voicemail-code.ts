import { holdsYear, isDayAndMonth } from './common.js';
import type { CredentialKind } from './credential-kind.js';
import { countMostFrequent, holdsRun, holdsSameInRow, holdsSteadyDigits, isBlockRepeated } from './runs.js';
import {
  commonNumberRule,
  extensionRule,
  holdsEndOfPhone,
  holdsPhone,
  keypadRule,
  otherCredentialRule,
  spelledNameRule,
} from './shared-rules.js';

/** The access code of a mailbox. */
export const voicemailCode: CredentialKind = {
  id: 'voicemail-code',
  title: 'voicemail code',
  alphabet: '0123456789',
  length: 4,
  rules: [
    {
      id: 'form',
      source: 'nec',
      level: 'refused',
      message: 'It is not exactly four digits.',
      offends: (code) => !/^[0-9]{4}$/.test(code),
    },
    {
      id: 'repeats',
      source: 'nec',
      level: 'refused',
      message: 'A digit appears twice in a row or three times in total, or a pair is repeated.',
      offends: (code) => holdsSameInRow(code, 2) || countMostFrequent(code) > 2 || isBlockRepeated(code),
    },
    {
      id: 'sequence',
      source: 'nec',
      level: 'refused',
      message: 'It contains digits in sequence: three that run up or down, or four with equal steps between them.',
      offends: (code) => holdsRun(code, 3) || holdsSteadyDigits(code),
    },
    extensionRule('nec'),
    {
      id: 'phone',
      source: 'nec',
      level: 'refused',
      message: 'It contains the last three digits of a phone number, or is four of its digits in a row.',
      offends: (code, { phones }) => holdsEndOfPhone(code, phones) || holdsPhone(code, phones),
    },
    keypadRule,
    {
      id: 'date',
      source: 'sallyport',
      level: 'refused',
      message: 'It is a year from 1900 to 2099, or a day and a month in either order.',
      offends: (code) => holdsYear(code) || isDayAndMonth(code),
    },
    commonNumberRule,
    spelledNameRule,
    otherCredentialRule('sallyport'),
  ],
};
