import * as z from 'zod';
import { text } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import { defineRule } from './rule.js';

/** What no look from outside can tell, whatever was seen. */
export const beyondOurView = defineRule({
  id: 'beyond-our-view',
  title: 'What a check from outside cannot show',
  explain:
    'Always listed, never blocking: what other addresses can reach (a forward for the provider’s addresses only looks closed from here), whether UPnP is on inside the network, and the passwords, voicemail codes and call restrictions of the phone system.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find({ looked, open, source }) {
    if (!looked) return {};
    const upnpSeen = open.some(({ nature }) => nature === 'upnp');
    const subjects = ['other-addresses', ...(upnpSeen ? [] : (['upnp'] as const)), 'phone-system'] as const;
    return {
      undetermined: subjects.map((subject) => ({
        endpoint: null,
        data: { subject, source: cutText(source, 64) },
        blocking: false,
      })),
    };
  },
  doubt: z.object({
    subject: z.enum(['other-addresses', 'upnp', 'phone-system']),
    source: text(64).describe('the source of the profile that the check was made as'),
  }),
  sayDoubt({ data: { subject, source } }) {
    switch (subject) {
      case 'other-addresses':
        return {
          what: 'What other addresses can reach',
          why: `We checked from one place, as ${quote(source)}. A forward for certain addresses only, for example the SIP provider’s, looks closed from here.`,
        };
      case 'upnp':
        return {
          what: 'Whether UPnP is on inside the network',
          why: 'Routers answer UPnP on the LAN only, and mappings that a device created stay after UPnP is turned off. Look in the router.',
        };
      case 'phone-system':
        return {
          what: 'Passwords, voicemail codes and call restrictions in the phone system',
          why: 'They cannot be seen from outside. Go through the hardening checklist: programs 90-02, 90-28, 47-02-01, 47-03, 21-04, 21-05, 21-06-01.',
        };
    }
  },
});
