import type { AddressScope } from '../../model/report.js';
import type { Rule } from './old-rule.js';

const MEANINGS: Partial<Record<AddressScope, string>> = {
  private: 'It is a private address (RFC 1918, RFC 4193), which the internet does not carry.',
  cgnat:
    "It lies in the provider's shared space (RFC 6598): the customer's router has no public address of its own, and no forward on it can be reached from the internet.",
  'link-local': 'It is valid on one network segment only (RFC 3927, RFC 4291).',
  documentation: 'It is reserved for documentation (RFC 5737, RFC 3849).',
  benchmarking: 'It is reserved for measurements in laboratories (RFC 2544).',
};

/** The target is no public address: what was seen holds only for the network that we are on. */
export const addressNotPublic: Rule = {
  id: 'address-not-public',
  title: 'The address is not public',
  severity: 'info',
  evaluate({ survey }) {
    const { address, scope } = survey.target;
    if (address === null || scope === null || scope === 'public' || scope === 'loopback') return {};
    return {
      findings: [
        {
          severity: 'info',
          effect: 'note',
          endpoint: null,
          title: `The address is not public (${scope})`,
          seen: `${address}: ${MEANINGS[scope] ?? 'It is set aside for special purposes (RFC 6890).'}`,
          matters: 'The result holds only for the network of this vantage, not for the internet.',
          remedy:
            "To learn what the internet can reach, give the site's public address. Ask the provider where there is none.",
          programs: [],
          references: ['RFC 6890'],
          observations: [],
        },
      ],
    };
  },
};
