import * as z from 'zod';
import { cutText, listNames } from '../../words/sentence.js';
import { transportSchema } from '../../model/endpoint.js';
import type { FindingData } from '../../model/finding.js';
import { text } from '../../model/text.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.object({
  transports: z.array(transportSchema).max(2),
  isOn: z.boolean().describe('false: not known'),
  detail: text(512),
});

/** Not all arrived, and this machine's own firewall may be why. */
export const ownFirewall: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'own-firewall',
  title: 'Our own firewall may hide what arrives',
  explain: `Not all signed messages of a transport arrived, and this machine’s own firewall is on, or its state is not known. It may have stopped them, even if it let others in. This blocks the verdict. Switch the firewall off for the test, or confirm with \`--firewall-open\` that it lets the stand-in listen.`,
  about: 'vantage',
  fixedBy: [],
  severity: 'info',
  doubt,
  find({ ledger, evidence }) {
    const { standIn } = evidence;
    if (!standIn || ledger.doubted.length === 0) return {};
    const { state, detail } = standIn.firewall;
    const data = { transports: [...ledger.doubted], isOn: state === 'on', detail };
    return { undetermined: [{ endpoint: null, blocking: true, data }] };
  },
  sayDoubt: ({ data: { transports, isOn, detail } }) => ({
    what: `Whether more is forwarded over ${listNames(transports.map((transport) => transport.toUpperCase()))} than arrived`,
    why: `What did not arrive at the stand-in may have been stopped here: this machine’s own firewall ${isOn ? 'is on' : 'may be on'}${detail ? ` (${cutText(detail, 400)})` : ''}. Switch it off for the test, or let sallyport in and add --firewall-open, and run this again.`,
  }),
};
