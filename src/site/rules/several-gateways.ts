import { cutText, listNames } from '../../check/rules/wording.js';
import type { Firewall } from '../../model/lan.js';
import { nameGateway } from '../evidence/gateways.js';
import type { FindingFrame, SiteFinding, SiteRule, Undetermined } from './old-site-rule.js';

/** There is more than one way out, or another device that acts as a gateway. */
export const severalGateways: SiteRule = {
  id: 'several-gateways',
  title: 'There is more than one gateway',
  severity: 'medium',
  evaluate({ evidence, kind }) {
    const { gateways } = evidence.lan;
    const defaults = gateways.filter(({ isDefault }) => isDefault);
    const others = gateways.filter(({ isDefault }) => !isDefault);
    const findings: SiteFinding[] = [];
    if (new Set(defaults.map(({ address }) => address)).size > 1)
      findings.push({
        ...COMMON,
        effect: kind === 'lan' ? 'note' : 'inconclusive',
        severity: 'medium',
        title: 'This machine has several default gateways',
        seen: `It sends what is for the internet to ${listNames(defaults.map(nameGateway), 4)}.`,
        matters: 'Only one of them was seen from outside, and which one the phone system will use is not known.',
        remedy:
          'Leave only the connection that the phone system will use (unplug cables, switch Wi-Fi off), and run this again.',
      });
    if (defaults.length > 0 && others.length > 0)
      findings.push({
        ...COMMON,
        severity: 'low',
        title: `${others.length === 1 ? 'Another device acts' : 'Other devices act'} as a gateway`,
        seen: `${listNames(others.map(nameGateway), 4)} answer${others.length === 1 ? 's' : ''} as an Internet gateway, but this machine does not send there.`,
        matters: 'A second router on one network confuses devices, and may be a way in that nobody looks at.',
        remedy: 'Find it. Make it an access point, or switch its UPnP off.',
      });
    return { findings, undetermined: doubt(evidence.lan.firewall) };
  },
};

/** Answers to a search of everybody come unasked for, as far as a firewall can tell. */
function doubt({ state, detail }: Firewall): Undetermined[] {
  if (state === 'off' || state === 'attested-off') return [];
  const doubtful = state === 'on' ? 'may keep their answers away' : 'is not known';
  const why = `This machine’s own firewall ${doubtful} (${cutText(detail, 300)}). The default gateway is heard all the same.`;
  return [{ endpoint: null, what: 'Whether there are other gateways on the network', why, blocking: false }];
}

const COMMON: FindingFrame = { effect: 'note', endpoint: null, programs: [], references: [], observations: [] };
