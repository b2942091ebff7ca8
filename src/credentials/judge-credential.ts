import type { CredentialContext, CredentialKind, CredentialRule, Strength } from './credential-kind.js';

/** Something that a credential must not be, as it is told. */
export type CredentialProblem = Pick<CredentialRule, 'level' | 'message'> & { readonly rule: string };

export interface CredentialJudgement {
  /** Whether no rule refuses it. */
  readonly acceptable: boolean;
  /** In the order of the kind's rules. Nothing of the credential is in them. */
  readonly problems: readonly CredentialProblem[];
  readonly strength?: Strength;
}

/** Judges a credential by the rules of its kind; total, for any text. */
export function judgeCredential(
  kind: CredentialKind,
  credential: string,
  context: CredentialContext,
): CredentialJudgement {
  const problems = kind.rules
    .filter((rule) => rule.offends(credential, context))
    .map(({ id, level, message }) => ({ rule: id, level, message }));
  const strength = kind.rate?.(credential, context);
  return {
    acceptable: problems.every(({ level }) => level === 'warning'),
    problems,
    ...(strength && { strength }),
  };
}
