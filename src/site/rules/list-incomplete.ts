import { cutText, listNames } from '../../check/rules/wording.js';
import type { Gateway } from '../../model/lan.js';
import { judgeUpnp, nameGateway } from '../evidence/gateways.js';
import { provesAll } from '../evidence/proves-all.js';
import type { SiteRule, Undetermined } from './old-site-rule.js';

/** A gateway's mappings could not be read to the end. */
export const listIncomplete: SiteRule = {
  id: 'list-incomplete',
  title: 'The mappings could not be read to the end',
  severity: 'info',
  evaluate(facts) {
    const blocking = !provesAll(facts);
    return {
      undetermined: facts.evidence.lan.gateways.flatMap((gateway): Undetermined[] => {
        const state = judgeUpnp(gateway);
        if (state !== 'partly-listed' && state !== 'unread') return [];
        return [
          {
            endpoint: null,
            what: `Which mappings ${nameGateway(gateway)} holds${state === 'unread' ? '' : ' besides those listed'}`,
            why: `${describeWhy(gateway)} Look at its port forwarding and UPnP pages.`,
            blocking,
          },
        ];
      }),
    };
  },
};

function describeWhy({ connections, problems }: Gateway): string {
  const reasons = connections.flatMap(({ list }) => (list.complete || !list.why ? [] : [list.why]));
  const told = [...new Set(reasons.length > 0 ? reasons : problems)].map((why) => cutText(why, 200));
  return told.length > 0 ? `It told: ${listNames(told, 3)}.` : 'It did not tell its mappings.';
}
