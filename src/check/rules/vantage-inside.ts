import * as z from 'zod';
import { defineRule, PLAIN } from './rule.js';

/** The target is one of our own addresses: we see it from the wrong side. Loopback is only noted. */
export const vantageInside = defineRule({
  id: 'vantage-inside',
  title: 'The check ran from inside the site',
  explain:
    'The target is one of our own addresses. Routers treat the inside differently, so this check proves nothing: check from another network. For a loopback address this is only a note, for demonstrations and tests.',
  about: 'vantage',
  fixedBy: ['dealer'],
  severity: 'high',
  find({ survey: { vantage, target } }) {
    const common = { endpoint: null, observations: [] };
    if (target.scope === 'loopback')
      return { findings: [{ ...common, severity: 'info', effect: 'note', data: { loopback: true } }] };
    if (!vantage.ownAddress) return {};
    return { findings: [{ ...common, severity: 'high', effect: 'inconclusive', data: { loopback: false } }] };
  },
  data: z.object({ loopback: z.boolean() }),
  say: ({ data: { loopback } }) =>
    loopback
      ? {
          ...PLAIN,
          title: 'The target is this machine itself (loopback)',
          seen: 'Traffic to a loopback address never leaves this machine.',
          matters: 'The result is valid for a demonstration or a test. It shows nothing about a router.',
          remedy: 'To check a site, give its public address and check from a network outside the site.',
        }
      : {
          ...PLAIN,
          title: 'The check ran from inside: the target is one of our own addresses',
          seen: 'The target is an address of the machine that checks.',
          matters:
            'From inside, a router or firewall often allows what it blocks from outside, and blocks what it allows.',
          remedy: 'Check again from another network, for example from the dealer’s office or over a mobile connection.',
        },
});
