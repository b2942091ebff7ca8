import * as z from 'zod';
import { endpointSchema } from '../../model/endpoint.js';
import type { FindingData } from '../../model/finding.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const doubt = z.object({ endpoints: someOf(endpointSchema) });

/** Not all arrived, and nothing shows that the router had not shut the vantage out. */
export const maybeShutOut: SiteRule<FindingData, z.infer<typeof doubt>> = {
  id: 'maybe-shut-out',
  title: 'The router may have shut the vantage out',
  explain: `Signed messages did not arrive, and nothing vouches that the router would have let them in: many routers ban an address after a few connection attempts, and silence looks the same then. What vouches is a message that arrived before and arrives again at the end, or one of the very first ports that is refused at the end as it was at first. This blocks the verdict. On a router that stays silent to everything, forward one free port, such as tcp/47123, to this machine for the time of the run, and name it with \`--test-port\`.`,
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  doubt,
  find({ kind, ledger }) {
    const endpoints = [...ledger.unvouched];
    if (kind === 'lan' || endpoints.length === 0) return {};
    return { undetermined: [{ endpoint: null, blocking: true, data: { endpoints: takeSome(endpoints) } }] };
  },
  sayDoubt: ({ data: { endpoints } }) => ({
    what: 'Whether more is forwarded than arrived',
    why: `Nothing was seen to arrive at ${listSome(endpoints, undefined, 4)}, but nothing shows either that the router had not shut the vantage server out, as some do after a few connection attempts. Forward one free port of the router, such as tcp/47123, to this machine, run this again with --test-port tcp/47123, and remove the forward afterwards.`,
  }),
};
