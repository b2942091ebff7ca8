import { type Fingerprint, quoteSent } from './fingerprint.js';
import { parseNecProduct } from './nec-sip.js';

const CONTENT_TYPE = 'application/x-necsipext2mlv1';
const ERROR_FIELD = 'ind-errdsp=nec-code';

/** The port where NEC IP phones register: it refuses plain SIP in a format of its own. */
export const necPhoneRegistration: Fingerprint = {
  id: 'nec-phone-registration',
  title: 'NEC IP phone registration',
  identify({ evidence: { sip } }) {
    if (!sip) return null;
    const hasType = (sip.contentType ?? '').toLowerCase().startsWith(CONTENT_TYPE);
    const hasError = sip.body.toLowerCase().includes(ERROR_FIELD);
    if (!hasType && !hasError) return null;
    const name = sip.server || sip.userAgent || '';
    const product = parseNecProduct(name);
    const { model, version } = product ?? { model: null, version: null };
    return {
      kind: 'nec-phone-registration',
      label: ['NEC IP phone registration', model, version].filter((part) => part !== null).join(', '),
      model,
      version,
      confidence: hasError || sip.status === 403 ? 'certain' : 'likely',
      basis: [
        `SIP status ${sip.status} ${quoteSent(sip.phrase)}`,
        ...(hasType ? [`content type ${quoteSent(sip.contentType ?? '')}`] : []),
        ...(hasError ? [`body ${quoteSent(sip.body, 128)}`] : []),
        ...(product ? [`SIP product ${quoteSent(name)}`] : []),
      ],
    };
  },
};
