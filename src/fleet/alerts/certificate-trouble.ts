/** What is wrong with a certificate that was refused. */
export interface CertificateTrouble {
  /** As the end of a sentence about it: "has expired". */
  readonly what: string;
  /** Whether it may be gone at another try, without anyone doing anything. */
  readonly mayPass: boolean;
}

const SELF_SIGNED = ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'];
const UNKNOWN_AUTHORITY = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
];

/** What an error of TLS says of the other side's certificate; null if that is not the trouble. */
export function judgeCertificate(code: string | undefined): CertificateTrouble | null {
  if (code === undefined) return null;
  if (SELF_SIGNED.includes(code)) return stays(`is self-signed, or its authority is (${code})`);
  if (UNKNOWN_AUTHORITY.includes(code)) {
    const what = `is of an authority that this machine does not know, or the server does not send the certificate between (${code})`;
    return stays(what);
  }
  if (code === 'CERT_HAS_EXPIRED') return stays('has expired');
  if (code === ANOTHER_NAME) return stays('is for another name');
  if (code === 'CERT_NOT_YET_VALID') return { what: "is not valid yet: check this machine's clock", mayPass: true };
  return null;
}

/** The code of an error that says that a certificate is for another name. */
export const ANOTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

const stays = (what: string): CertificateTrouble => ({ what, mayPass: false });
