import * as z from 'zod';
import { ADDRESS_SCOPES, type AddressScope } from '../../model/report.js';
import { defineRule } from './rule.js';

const MEANINGS: Partial<Record<AddressScope, string>> = {
  private: 'It is a private address (RFC 1918, RFC 4193), which is not routed on the internet.',
  cgnat:
    'It is in the provider’s shared address space (RFC 6598). The customer’s router has no public address of its own, and no forward on it can be reached from the internet.',
  'link-local': 'It is valid on one network segment only (RFC 3927, RFC 4291).',
  documentation: 'It is reserved for documentation (RFC 5737, RFC 3849).',
  benchmarking: 'It is reserved for measurements in laboratories (RFC 2544).',
};

/** The target is not a public address: what was seen holds only for the network that we are on. */
export const addressNotPublic = defineRule({
  id: 'address-not-public',
  title: 'The address is not public',
  explain:
    'A note. The target is private, CGNAT or of another special kind (RFC 6890), so the result is valid only for the network that the check ran from. With CGNAT, no forward on the customer’s router can be reached from the internet.',
  about: 'note',
  fixedBy: ['dealer', 'provider'],
  severity: 'info',
  find({ survey }) {
    const { address, scope } = survey.target;
    if (address === null || scope === null || scope === 'public' || scope === 'loopback') return {};
    return {
      findings: [{ severity: 'info', effect: 'note', endpoint: null, observations: [], data: { scope } }],
    };
  },
  data: z.object({ scope: z.enum(ADDRESS_SCOPES) }),
  say: ({ data: { scope } }) => ({
    title: `The address is not public (${scope})`,
    seen: MEANINGS[scope] ?? 'It is reserved for special purposes (RFC 6890).',
    matters: 'The result is valid only for the network that the check ran from, not for the internet.',
    remedy:
      'To learn what the internet can reach, give the site’s public address. If it has none, ask the provider for one.',
    programs: [],
    references: ['RFC 6890'],
  }),
});
