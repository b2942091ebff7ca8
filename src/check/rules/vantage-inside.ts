import type { Rule } from './old-rule.js';

/** The target is one of our own addresses: we see it from the wrong side. Loopback is only noted. */
export const vantageInside: Rule = {
  id: 'vantage-inside',
  title: 'We look from inside the site',
  severity: 'high',
  evaluate({ survey }) {
    const { ownAddress } = survey.vantage;
    const { address, scope } = survey.target;
    const common = { endpoint: null, programs: [], references: [], observations: [] };
    if (scope === 'loopback')
      return {
        findings: [
          {
            ...common,
            severity: 'info',
            effect: 'note',
            title: 'The target is this machine itself (loopback)',
            seen: `${address} never leaves this machine.`,
            matters: 'The result holds for a demonstration or a test. It says nothing of any router.',
            remedy: "To learn of a site, give its public address and check from another network than the site's own.",
          },
        ],
      };
    if (!ownAddress) return {};
    return {
      findings: [
        {
          ...common,
          severity: 'high',
          effect: 'inconclusive',
          title: 'We look from inside: the target is one of our own addresses',
          seen: `${address} is an address of this machine.`,
          matters:
            'From inside, a router or a firewall often lets through what it stops from outside, and the reverse.',
          remedy: 'Check again from another network, for example from the office of the dealer or over a mobile line.',
        },
      ],
    };
  },
};
