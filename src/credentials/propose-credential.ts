import type { CredentialContext, CredentialKind } from './credential-kind.js';
import { judgeCredential } from './judge-credential.js';

/** Gives a whole number from 0 to below `bound`, all with the same chance, that nobody can foretell. */
export type RandomInt = (bound: number) => number;

/** So many draws are made. Of each kind one in a hundred at least is acceptable, unless nearly all are excluded. */
const MAX_DRAWS = 10_000;

/**
 * Proposes a credential that is judged without any problem. Draws are uniform and those with a problem are thrown
 * away, so every one without has the same chance.
 * @returns null where none is found: too much is excluded by the context
 */
export function proposeCredential(
  kind: CredentialKind,
  context: CredentialContext,
  randomInt: RandomInt,
): string | null {
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const credential = drawText(kind, randomInt);
    if (judgeCredential(kind, credential, context).problems.length === 0) return credential;
  }
  return null;
}

function drawText({ alphabet, length }: CredentialKind, randomInt: RandomInt): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
