import { type Fingerprint, quoteSent } from './fingerprint.js';

/** Any SIP answer. `likely`, as the name is the server's own word, and a better match must win. */
export const sipServer: Fingerprint = {
  id: 'sip-server',
  title: 'SIP server of another make',
  identify({ evidence: { sip } }) {
    if (!sip) return null;
    const name = sip.server || sip.userAgent;
    return {
      kind: 'sip-server',
      label: name ? `SIP server ${quoteSent(name)}` : 'SIP server without a name',
      model: null,
      version: null,
      confidence: 'likely',
      basis: [
        `SIP status ${sip.status} ${quoteSent(sip.phrase)}`,
        ...(sip.server ? [`SIP Server ${quoteSent(sip.server, 256)}`] : []),
        ...(sip.userAgent ? [`SIP User-Agent ${quoteSent(sip.userAgent, 256)}`] : []),
      ],
    };
  },
};
