import { type Fingerprint, quoteSent } from './fingerprint.js';

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

/** The names of models by themselves, which some systems send without the maker's. */
const MODEL = /^S[LV](?:1[01]00|2100|7000|8[135]00|9[135]00)(?![0-9])/;

const PRODUCT =
  /^NEC(?:-i)?[ \t]{1,4}(SL Series|S[LV][0-9]{4}|Aspire(?: ?[UW]X)?)(?:-[A-Z]{1,3})?(?![\w-])(?:[ \t]{1,4}([0-9]{1,2}(?:\.[0-9]{1,3}){1,3})(?![0-9.]))?/i;

/** What an NEC product name in a Server or User-Agent field tells. */
export interface NecProduct {
  /** Model or series as sent, without the region behind it; null if it is not a known one. */
  readonly model: string | null;
  /** System software version, of two to four numbers. */
  readonly version: string | null;
}

/**
 * Reads the product names that NEC systems send by SIP, such as `NEC-i SL Series 04.00/2.1`, `NEC SL2100/2.1`,
 * `NEC-i SV9100-NA 10.00/2.1`, `SV9100-NA 08.00.65/2.1` and `NEC Aspire WX …`. The `/2.1` recurs across models, so it is not a version.
 * Undefined if the name begins neither with NEC nor with a model of its SL and SV series.
 */
export function parseNecProduct(text: string): NecProduct | undefined {
  const match = PRODUCT.exec(MODEL.test(text) ? `NEC ${text}` : text);
  if (match) return { model: match[1] ?? null, version: match[2] ?? null };
  return /^NEC(?:-i)?(?![\w-])/i.test(text) ? { model: null, version: null } : undefined;
}
