import type { CredentialKind, CredentialKindId } from './credential-kind.js';
import { installerName } from './installer-name.js';
import { installerPassword } from './installer-password.js';
import { sipPassword } from './sip-password.js';
import { voicemailCode } from './voicemail-code.js';

/** Every kind of credential. */
export const CREDENTIAL_KINDS = {
  'installer-name': installerName,
  'installer-password': installerPassword,
  'voicemail-code': voicemailCode,
  'sip-password': sipPassword,
} as const satisfies Record<CredentialKindId, CredentialKind>;
