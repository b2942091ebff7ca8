import type { Rule } from './old-rule.js';
import { isWithin } from '../../model/address-ranges.js';
import { cutText, quote } from './wording.js';

/** Our address and the source that we are judged as do not fit together. */
export const vantageIsNamedSource: Rule = {
  id: 'vantage-is-named-source',
  title: 'Our address is that of another source',
  severity: 'info',
  evaluate({ survey, profile, source }) {
    const { address, scope } = survey.vantage;
    if (address === null) return {};
    const own = Object.hasOwn(profile.sources, source) ? profile.sources[source] : undefined;
    const homes = Object.entries(profile.sources).filter(([, { cidrs }]) => isWithin(address, cidrs));
    const note = (what: string, why: string) => ({ undetermined: [{ endpoint: null, what, why, blocking: false }] });
    if (own && own.cidrs.length > 0 && scope === 'public' && !isWithin(address, own.cidrs))
      return note(
        `What ${quote(source, 64)} can really reach`,
        `Our address ${cutText(address, 64)} is in none of the networks of that source, so the router may treat us differently.`,
      );
    const home = homes[0];
    if (!home || homes.some(([name]) => name === source)) return {};
    return note(
      `What ${quote(source, 64)} can really reach`,
      `Our address ${cutText(address, 64)} belongs to the source ${quote(home[0], 64)}, so the router may let us in further. Check from elsewhere, or with --source.`,
    );
  },
};
