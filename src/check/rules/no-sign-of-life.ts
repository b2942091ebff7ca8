import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import { text } from '../../model/text.js';
import { defineRule, PLAIN } from './rule.js';

/** What came of the system's ping. */
const PING_RESULTS = ['answered', 'silent', 'error', 'unasked'] as const;
const UNASKED: (typeof PING_RESULTS)[number] = 'unasked';

/** The address itself answered nothing, not even with a refusal. */
export const noSignOfLife = defineRule({
  id: 'no-sign-of-life',
  title: 'No answer',
  explain:
    'The address answered nothing, not even with a refusal; that a router on the way calls it unreachable does not count. A router that drops everything looks like this, and so does a line that is down, an unused address, or someone on the way who shuts us out from the first packet on. So silence alone is inconclusive, shown as NO ANSWER. It is a note if something vouches for the line: the site answers the system’s `ping` before and after its services were asked once more (for up to 256 targets, or with `--ping`), or a person accepts it (`--accept-silence NAME`; `silence` in the inventory; `sallyport waive CLIENT no-sign-of-life`). A service of the site that always answers, named by `--alive`, in the profile or in the inventory, is the best sign: while it is silent, echoes do not count.',
  about: 'silence',
  fixedBy: ['dealer', 'router', 'provider'],
  severity: 'medium',
  find({ survey, looked, heard, vouched, missingSign, vantage }) {
    if (!looked || heard || survey.interrupted || vantage !== 'fit') return {};
    const { echo } = survey.liveness;
    const unreachable = survey.observations.some(({ reason }) => reason === 'host-unreach' || reason === 'net-unreach');
    return {
      findings: [
        {
          severity: vouched ? 'info' : 'medium',
          effect: vouched ? 'note' : 'inconclusive',
          endpoint: null,
          observations: [],
          data: { unreachable, ping: echo ? (echo.after ?? echo.before) : UNASKED, missingSign },
        },
      ],
    };
  },
  data: z.object({
    unreachable: z.boolean().describe('a router on the way said that the address cannot be reached'),
    ping: z.enum(PING_RESULTS).describe('what came of the system’s ping'),
    missingSign: endpointSchema.nullable().describe('a service that always answers, and did not'),
    acceptedUntil: text(10).optional().describe('the last day on which someone accepted this silence; it is over'),
  }),
  say({ effect, data: { unreachable, ping, missingSign, acceptedUntil } }) {
    const router = unreachable ? ' A router on the way reports that the address cannot be reached.' : '';
    const sign = missingSign === null ? '' : ` ${missingSign}, which always answers, was silent too.`;
    if (effect === 'note' && ping === 'answered' && missingSign === null) {
      return {
        ...PLAIN,
        title: 'Nothing answers but ping',
        seen: `No service answered or refused. The address answered ping before and after its services were asked once more.${router}`,
        matters: 'The line works, so the silence of the services is that of a router that drops what is not forwarded.',
        remedy: 'Nothing, if nothing needs to be reachable.',
      };
    }
    return {
      ...PLAIN,
      title:
        acceptedUntil === undefined
          ? 'Nothing answered (well closed, offline, the wrong address, or we are shut out)'
          : `Nothing answered, and this silence was accepted only until ${acceptedUntil}`,
      seen: `Nothing answered any of our probes, not even with a refusal.${sign}${router} ${PING_WORDS[ping]}`,
      matters:
        'A well closed router looks like this. So does a line that is down, an address that no one uses, and a blocker that drops all that we send: silence alone proves nothing.',
      remedy:
        missingSign === null
          ? 'Compare the address with the one that the customer’s router shows, and check that the line is up. Then let something vouch for it: have the router answer ping, name a service of the site that always answers, or have someone accept the silence by name.'
          : `Check that the line is up, that the address is right, and that ${missingSign} can be reached from another network.`,
    };
  },
});

const PING_WORDS = {
  answered: 'The address answered ping.',
  silent: 'It did not answer ping in time either.',
  error: 'Ping could not be run on this machine.',
  unasked: 'Ping was not tried.',
} as const;
