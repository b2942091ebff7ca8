import * as z from 'zod';
import { cutText, lowerFirst } from '../../words/sentence.js';
import type { FindingData } from '../../model/finding.js';
import { type Gateway, gatewayNameSchema } from '../../model/lan.js';
import { text } from '../../model/text.js';
import { identifyGateway, judgeUpnp, nameGateway } from '../evidence/gateways.js';
import { provesAll } from '../evidence/facts.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.object({
  gateway: gatewayNameSchema,
  partly: z.boolean().describe('some were read'),
  reasons: someOf(text(256)).describe('what the gateway answered, or what went wrong'),
});

/** A gateway's mappings could not be read to the end. */
export const listIncomplete: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'list-incomplete',
  title: 'The mappings could not be read completely',
  explain: `A gateway’s list of mappings ended with an error, or could not be read. This blocks the verdict unless the stand-in settled every service and a DMZ.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt,
  find(facts) {
    const blocking = !provesAll(facts);
    return {
      undetermined: facts.evidence.lan.gateways.flatMap((gateway) => {
        const state = judgeUpnp(gateway);
        if (state !== 'partly-listed' && state !== 'unread') return [];
        const data = {
          gateway: identifyGateway(gateway),
          partly: state === 'partly-listed',
          reasons: listReasons(gateway),
        };
        return [{ endpoint: null, blocking, data }];
      }),
    };
  },
  sayDoubt: ({ data: { gateway, partly, reasons } }) => ({
    what: `Which ${partly ? 'other ' : ''}mappings ${nameGateway(gateway)} has`,
    why: `${reasons.count > 0 ? `Its list could not be read: ${listSome(reasons, sayReason, 3)}.` : 'It did not list its mappings.'} Check its port forwarding and UPnP pages.`,
  }),
};

/** Problems of a gateway are whole sentences. */
function sayReason(why: string): string {
  return lowerFirst(why.replace(/\.$/, ''));
}

function listReasons({ connections, problems }: Gateway) {
  const reasons = connections.flatMap(({ list, needsPassword }) =>
    list.complete || needsPassword || !list.why ? [] : [list.why],
  );
  const known = reasons.length > 0 ? reasons : problems;
  return takeSome([...new Set(known)].map((why) => cutText(why, 200)));
}
