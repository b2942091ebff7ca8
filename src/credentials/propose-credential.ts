import type { CredentialContext, CredentialKind } from './credential-kind.js';

/** Gives a whole number from 0 to below `bound`, all with the same chance, that nobody can foretell. */
export type RandomInt = (bound: number) => number;

/** So many draws are made. Of each kind one in a hundred at least is acceptable, unless nearly all are excluded. */
const MAX_DRAWS = 10_000;

/**
 * Proposes a credential that no rule speaks against, warnings included. Draws are uniform and the others are thrown
 * away, so every one that is left has the same chance.
 * @returns null where none is found: too much is excluded by the context
 */
export function proposeCredential(
  kind: CredentialKind,
  context: CredentialContext,
  randomInt: RandomInt,
): string | null {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const credential = drawText(kind, randomInt);
    if (!kind.rules.some((rule) => rule.offends(credential, context))) return credential;
  }
  return null;
}

function drawText({ alphabet, length }: CredentialKind, randomInt: RandomInt): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
