import { COMMON_WORDS } from './common.js';
import type { CredentialContext, CredentialKind, Strength } from './credential-kind.js';
import { estimateBits } from './estimate-bits.js';
import { isBlockRepeated, isMirrored } from './runs.js';
import { extensionRule, otherCredentialRule, phoneRule, siteNameRule } from './shared-rules.js';
import { holdsWord, listWords } from './words.js';

/**
 * Anyone who hears one digest response (RFC 3261 section 22) can try passwords against it without asking anyone; 72 bits
 * are out of reach of that.
 */
const FAIR_BITS = 72;
const STRONG_BITS = 96;

function rateStrength(password: string, { names, extensions, phones }: CredentialContext): Strength {
  const bits = estimateBits(password, [...listWords(names), ...extensions, ...phones]);
  if (bits < FAIR_BITS) return 'weak';
  return bits < STRONG_BITS ? 'fair' : 'strong';
}

/** The password of a SIP device or trunk. */
export const sipPassword: CredentialKind = {
  id: 'sip-password',
  title: 'SIP password',
  // Letters and digits only, without those that look alike: it is typed on phones.
  alphabet: 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789',
  length: 20,
  rate: rateStrength,
  rules: [
    {
      id: 'too-short',
      source: 'nec',
      level: 'refused',
      message: 'It has fewer than 16 characters.',
      offends: (password) => password.length < 16,
    },
    {
      id: 'too-weak',
      source: 'nec',
      level: 'refused',
      message: 'It does not look random: by a cautious estimate it is worth less than 72 bits.',
      offends: (password, context) => rateStrength(password, context) === 'weak',
    },
    extensionRule('nec'),
    otherCredentialRule('nec'),
    {
      id: 'repeats',
      source: 'sallyport',
      level: 'refused',
      message: 'It is one block repeated, or it reads the same backwards.',
      offends: (password) => isBlockRepeated(password) || isMirrored(password),
    },
    {
      id: 'common',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains a word of common passwords, perhaps with digits or signs for letters.',
      offends: (password) => holdsWord(password, COMMON_WORDS),
    },
    siteNameRule,
    phoneRule,
    {
      id: 'characters',
      source: 'sallyport',
      level: 'refused',
      message: 'It contains a control character or one that is not ASCII, which devices write in different ways.',
      offends: (password) => /[^ -~]/.test(password),
    },
    {
      id: 'fragile-characters',
      source: 'sallyport',
      level: 'warning',
      message:
        'It contains a space, a quotation mark or one of : ; , @ < > & \\, which the settings of some devices do not take.',
      offends: (password) => /[ "'`:;,@<>&\\]/.test(password),
    },
  ],
};
