import { describeTls, type Fingerprint, quoteSent } from './fingerprint.js';

/** A server that speaks TLS and told nothing within it. The names of its certificate are whoever's made it: no proof. */
export const tlsServer: Fingerprint = {
  id: 'tls-server',
  title: 'TLS server',
  identify({ evidence: { tls } }) {
    if (!tls) return null;
    const [name] = tls.names;
    return {
      kind: 'other',
      label: name ? `TLS server with a certificate for ${quoteSent(name)}` : 'TLS server',
      model: null,
      version: null,
      confidence: 'possible',
      basis: describeTls(tls),
    };
  },
};
