import * as z from 'zod';
import { isWithin } from '../../model/address-ranges.js';
import { nullableText, text } from '../../model/text.js';
import { cutText, quote } from '../../words/sentence.js';
import { defineRule } from './rule.js';

/** Our address and the source that we are judged as do not fit together. */
export const vantageIsNamedSource = defineRule({
  id: 'vantage-is-named-source',
  title: 'Our address is that of another source',
  explain:
    'Our address belongs to a named source of the profile but the check was judged as another source, or the reverse. The router may treat us differently from the source that was judged. Not blocking.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find({ survey, profile, source }) {
    const { address, scope } = survey.vantage;
    if (address === null) return {};
    const own = Object.hasOwn(profile.sources, source) ? profile.sources[source] : undefined;
    const homes = Object.entries(profile.sources).flatMap(([name, { cidrs }]) =>
      isWithin(address, cidrs) ? [name] : [],
    );
    const strays = own && own.cidrs.length > 0 && scope === 'public' && !isWithin(address, own.cidrs);
    const home = strays || homes.includes(source) ? undefined : homes[0];
    if (!strays && home === undefined) return {};
    const data = {
      source: cutText(source, 64),
      address: cutText(address, 64),
      home: home === undefined ? null : cutText(home, 64),
    };
    return { undetermined: [{ endpoint: null, data, blocking: false }] };
  },
  doubt: z.object({
    source: text(64).describe('the source that we are judged as'),
    address: text(64).describe('our own'),
    home: nullableText(64).describe(
      'the source that our address belongs to; null: it is only not in those of `source`',
    ),
  }),
  sayDoubt: ({ data: { source, address, home } }) => ({
    what: `What ${quote(source)} can really reach`,
    why:
      home === null
        ? `Our address ${address} is in none of the networks of that source, so the router may treat us differently.`
        : `Our address ${address} belongs to the source ${quote(home)}, so the router may allow us more. Check from another network, or with --source.`,
  }),
});
