import { CREDENTIAL_KIND_IDS } from '../credentials/credential-kind.js';

const KINDS = `${CREDENTIAL_KIND_IDS.slice(0, -1).join(', ')} or ${CREDENTIAL_KIND_IDS.at(-1)}`;

const NEVER =
  'A credential is never given as an argument: if that was one, others could see it, and the history of the shell ' +
  'may keep it; choose another';

/** The error for arguments that the command does not take. */
export const TOO_MANY_ARGUMENTS = `there is an argument too many, or an unknown option; see sallyport credential --help. ${NEVER}`;

/**
 * Says what is wrong with the arguments of `sallyport credential`, from yargs' own words. Nothing of the arguments is
 * repeated: any of them may be a credential that somebody gave by mistake.
 */
export function describeCredentialUsage(message: string): string {
  const missing = /^Not enough arguments following: (extension|phone|company|user|count|format)$/.exec(message)?.[1];
  if (missing !== undefined) return `--${missing}: a value is missing`;
  if (message.startsWith('Not enough non-option arguments')) return `name the kind: ${KINDS}`;
  if (/^Invalid values:\n {2}Argument: format, /.test(message)) return '--format: expected table or json';
  if (/^Invalid values:\n {2}Argument: kind, /.test(message)) return `unknown kind; expected ${KINDS}. ${NEVER}`;
  return TOO_MANY_ARGUMENTS;
}
