import { indexServices } from '../../model/profile.js';
import { endpointListSchema, keepEndpoints, sayEndpoints } from './endpoint-list.js';
import type { Facts } from './facts.js';
import { defineRule } from './rule.js';
import type { Seen } from './trust.js';

/** SIP stayed silent, and could not be asked from port 5060: some servers answer nothing else. */
export const sipPortTaken = defineRule({
  id: 'sip-port-taken',
  title: 'SIP could not be asked from port 5060',
  explain:
    'An entry under “could not be determined”: SIP stayed silent over UDP, and the last try, from local port 5060, could not be made because another program on our machine holds that port. Some SIP servers answer only port 5060. The entry is blocking if the profile forbids or requires the endpoint. Stop that program while the check runs (on Linux, `ss -ulpn` shows it), or check from another machine. A vantage server and other checks of sallyport share the port, so they are not the cause, except on Windows.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find(facts) {
    if (facts.vantage === 'broken') return {};
    const silent = facts.survey.observations.filter(({ evidence }) => evidence.portTaken === true);
    return {
      undetermined: [true, false].flatMap((blocking) => {
        const here = silent.filter((seen) => isAgreed(facts, seen) !== blocking).map(({ endpoint }) => endpoint);
        return here.length > 0 ? [{ endpoint: null, data: keepEndpoints(facts, here), blocking }] : [];
      }),
    };
  },
  doubt: endpointListSchema,
  sayDoubt: ({ data }) => ({
    what: `Whether SIP answers on ${sayEndpoints(data)}`,
    why: 'Some servers answer only requests from port 5060, and another program on our machine holds that port. Stop it (on Linux, ss -ulpn shows it) and check again, or check from another machine.',
  }),
});

/** The profile lets it be open, and lets it be closed. */
function isAgreed({ profile, serviceAccess }: Facts, { endpoint }: Seen): boolean {
  const service = indexServices(profile).get(endpoint);
  return (service ? serviceAccess(service) : profile.unlisted) === 'may';
}
