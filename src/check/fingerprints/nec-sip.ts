import type { Fingerprint } from './fingerprint.js';
import { parseNecProduct } from './nec-product.js';
import { quoteSent } from './banner.js';

/** NEC phone systems that name themselves in the Server or User-Agent field of a SIP answer. */
export const necSip: Fingerprint = {
  id: 'nec-sip',
  title: 'NEC SIP server (SL, SV or Aspire series)',
  identify({ evidence: { sip } }) {
    const fields = [
      ['Server', sip?.server],
      ['User-Agent', sip?.userAgent],
    ] as const;
    for (const [field, text] of fields) {
      const product = text ? parseNecProduct(text) : undefined;
      if (!text || !product) continue;
      const { model, version } = product;
      return {
        kind: 'nec-sip',
        label: ['NEC SIP', model ?? 'unknown model', version].filter((part) => part !== null).join(', '),
        model,
        version,
        confidence: model === null ? 'likely' : 'certain',
        basis: [`SIP ${field} ${quoteSent(text, 256)}`],
      };
    }
    return null;
  },
};
