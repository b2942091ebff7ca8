import { join, restricted } from '../check/join/join.js';
import { answer, site, SIP, survey } from '../check/rules/build-survey.js';

const sip = answer('udp/5060', 'nec-sip', { evidence: { sip: SIP } });

/**
 * What three of four vantages saw of a site whose trunk is restricted to the provider, and that lets one more of them in;
 * the last could not look. Their names are ordinary, or as hostile as is asked for.
 */
export const joinReport = (hostile = '') =>
  join(
    {
      office: survey(site()),
      [`cloud${hostile}`]: survey(site(sip), { startedAt: '2026-01-03T10:22:41.000Z' }),
      provider: survey(site(sip), { vantage: { source: 'provider', address: '198.51.100.10' } }),
      [`branch${hostile}`]: null,
    },
    restricted('provider', { 'sip-trunk': 'must' }),
  );
