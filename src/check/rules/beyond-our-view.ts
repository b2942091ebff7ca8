import type { Rule } from './old-rule.js';
import { quote } from './wording.js';

/** What no look from outside can tell, whatever was seen. */
export const beyondOurView: Rule = {
  id: 'beyond-our-view',
  title: 'What no look from outside can tell',
  severity: 'info',
  evaluate({ looked, open, source }) {
    if (!looked) return {};
    const upnpSeen = open.some(({ nature }) => nature === 'upnp');
    const lanUpnp = {
      endpoint: null,
      what: 'Whether UPnP is on inside the network',
      why: 'Routers answer UPnP on the LAN alone, and forwards that a device asked for stay after UPnP is switched off. Look into the router.',
      blocking: false,
    };
    return {
      undetermined: [
        {
          endpoint: null,
          what: 'What other addresses can reach',
          why: `This was seen from one place, as ${quote(source, 64)}. A forward for certain addresses only, say the SIP provider's, looks closed from here.`,
          blocking: false,
        },
        ...(upnpSeen ? [] : [lanUpnp]),
        {
          endpoint: null,
          what: 'Passwords, voicemail codes and call restrictions in the phone system',
          why: 'No packet shows them. Go through the hardening checklist: programs 90-02, 90-28, 47-02-01, 47-03, 21-04, 21-05, 21-06-01.',
          blocking: false,
        },
      ],
    };
  },
};
