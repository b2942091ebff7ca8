import type { Identity, Observation } from '../../model/report.js';
import type { TlsEvidence } from '../../model/tls-evidence.js';
import { cutText } from '../../words/sentence.js';

/** What a fingerprint says of an observation that it recognises; the registry adds its id. */
export type Match = Omit<Identity, 'fingerprint'>;

/**
 * Recognises one family of devices or servers from the evidence of one observation. Pure and total:
 * evidence is hostile, so a fingerprint never throws, and claims no more than the bytes tell.
 */
export interface Fingerprint {
  /** File name, registry key and value of `identity.fingerprint`. */
  readonly id: string;
  /** What it looks for, for people. */
  readonly title: string;
  identify(observation: Observation): Match | null;
}

/**
 * Quotes what a target sent, within a label that sentences quote in their turn: cut to `max` characters, so that three
 * make a label within the model's limits. The text stays raw; it is escaped where it is shown.
 */
export function quoteSent(text: string, max = 64): string {
  return `"${cutText(text, max)}"`;
}

/** What a TLS server showed of itself, as the basis of an identity. */
export function describeTls({ version, names, issuer }: TlsEvidence): string[] {
  return [
    version === null ? 'an answer in TLS' : `an answer in ${version}`,
    ...(names.length > 0
      ? [
          `certificate for ${names
            .slice(0, 4)
            .map((name) => quoteSent(name, 96))
            .join(', ')}`,
        ]
      : []),
    ...(issuer ? [`certificate issued by ${quoteSent(issuer, 128)}`] : []),
  ];
}
