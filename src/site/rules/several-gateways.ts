import * as z from 'zod';
import { PLAIN } from '../../check/rules/rule.js';
import { cutText, upperFirst } from '../../words/sentence.js';
import { gatewayNameSchema } from '../../model/lan.js';
import { text } from '../../model/text.js';
import { knowsInside } from '../evidence/again.js';
import { identifyGateway, judgeUpnp, nameGateway } from '../evidence/gateways.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({ kind: z.enum(['defaults', 'others']), gateways: someOf(gatewayNameSchema) });
const doubt = z.object({ isOn: z.boolean().describe('our own firewall; false: not known'), detail: text(512) });

/** There is more than one way out, or another device that acts as a gateway. */
export const severalGateways: SiteRule<z.infer<typeof data>, z.infer<typeof doubt>> = {
  id: 'several-gateways',
  title: 'There is more than one gateway',
  explain: `If this machine has several default gateways, only one of them was seen from outside: inconclusive, or a note if the site was seen only from inside. A device that acts as a gateway but is not the default one is a note, unless it offers no connection. If this machine’s own firewall may have blocked such answers, the report says so.`,
  about: 'gap',
  fixedBy: ['dealer', 'router'],
  severity: 'medium',
  data,
  doubt,
  find({ evidence, kind }) {
    const { gateways, firewall } = evidence.lan;
    const defaults = gateways.filter(({ isDefault }) => isDefault);
    const others = gateways.filter((gateway) => !gateway.isDefault && judgeUpnp(gateway) !== 'no-connection');
    const isKnown = firewall.state === 'off' || firewall.state === 'attested-off';
    const frame = { endpoint: null, observations: [] };
    return {
      findings: [
        ...(new Set(defaults.map(({ address }) => address)).size > 1
          ? [
              {
                ...frame,
                severity: 'medium' as const,
                effect: kind === 'lan' ? ('note' as const) : ('inconclusive' as const),
                data: { kind: 'defaults' as const, gateways: takeSome(defaults.map(identifyGateway)) },
              },
            ]
          : []),
        ...(defaults.length > 0 && others.length > 0
          ? [
              {
                ...frame,
                severity: 'low' as const,
                effect: 'note' as const,
                data: { kind: 'others' as const, gateways: takeSome(others.map(identifyGateway)) },
              },
            ]
          : []),
      ],
      undetermined: isKnown
        ? []
        : [{ endpoint: null, blocking: false, data: { isOn: firewall.state === 'on', detail: firewall.detail } }],
    };
  },
  say({ data: { kind, gateways } }) {
    const names = listSome(gateways, nameGateway, 4);
    const one = gateways.count === 1;
    return kind === 'defaults'
      ? {
          ...PLAIN,
          title: 'This machine has several default gateways',
          seen: `It sends traffic for the internet to ${names}.`,
          matters: 'Only one of them was seen from outside, and it is not known which one the phone system will use.',
          remedy:
            'Leave only the connection that the phone system will use (unplug cables, switch Wi-Fi off), and run this again.',
        }
      : {
          ...PLAIN,
          title: `${one ? 'Another device acts' : 'Other devices act'} as a gateway`,
          seen: `${upperFirst(names)} ${one ? 'answers' : 'answer'} as an Internet gateway, but this machine does not send its traffic there.`,
          matters: 'A second router on a network confuses devices, and may be a way in that no one watches.',
          remedy: 'Find it. Make it an access point, or switch its UPnP off.',
        };
  },
  sayDoubt: ({ data: { isOn, detail } }) => ({
    what: 'Whether there are other gateways on the network',
    why: `${isOn ? 'This machine’s own firewall may block their answers' : 'It is not known whether this machine’s own firewall blocks their answers'}${detail ? ` (${cutText(detail, 300)})` : ''}. The default gateway is heard in any case.`,
  }),
  gone: ({ report }) => knowsInside(report),
};
