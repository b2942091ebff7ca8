/** The kinds of credential; each is a file of this folder and a line in the registry. */
export const CREDENTIAL_KIND_IDS = ['installer-name', 'installer-password', 'voicemail-code', 'sip-password'] as const;
export type CredentialKindId = (typeof CREDENTIAL_KIND_IDS)[number];

/** What is known of a site, and must not show in its credentials. None of it is secret but the last. */
export interface CredentialContext {
  /** Digits only. */
  readonly extensions: readonly string[];
  /** Digits only. */
  readonly phones: readonly string[];
  /** Names of company and users, as they were given: a text may hold several words. */
  readonly names: readonly string[];
  /** Other credentials of the same run. */
  readonly others: readonly string[];
}

/** How hard a credential is to guess, by a cautious estimate. */
export type Strength = 'weak' | 'fair' | 'strong';

/**
 * One thing that a credential must not be. The message is the same whatever the credential is: so nothing of it, not
 * even its length, can get into an output.
 */
export interface CredentialRule {
  /** Kebab-case, unique within its kind; docs/credentials.md repeats it with source and message. */
  readonly id: string;
  /** `nec`: NEC's or its dealers' hardening guidance asks for it; `sallyport`: we do. */
  readonly source: 'nec' | 'sallyport';
  /** Whether it makes a credential unacceptable or only deserves a thought. */
  readonly level: 'refused' | 'warning';
  /** A sentence about "it", the credential. */
  readonly message: string;
  /** Total, for any text; takes linear or, in the text's length, quadratic time. */
  offends(credential: string, context: CredentialContext): boolean;
}

/** A kind of credential: what must not be, and from what a proposal is drawn. Pure. */
export interface CredentialKind {
  /** File name, registry key and argument of the command. */
  readonly id: CredentialKindId;
  /** In a sentence, without article. */
  readonly title: string;
  readonly rules: readonly CredentialRule[];
  /** Characters of a proposal, each once. */
  readonly alphabet: string;
  /** Characters that a proposal has. */
  readonly length: number;
  /** Estimates the strength, where length and characters are free enough for it to mean something. */
  rate?(credential: string, context: CredentialContext): Strength;
}
