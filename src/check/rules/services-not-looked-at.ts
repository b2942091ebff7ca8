import * as z from 'zod';
import type { ProfileService } from '../../model/profile.js';
import { text } from '../../model/text.js';
import { cutText } from '../../words/sentence.js';
import { listWithOthers } from './endpoint-list.js';
import { defineRule } from './rule.js';

const LISTED = 5;

/** Services of the profile of which this check looked at no endpoint, or not at all of them. */
export const servicesNotLookedAt = defineRule({
  id: 'services-not-looked-at',
  title: 'Services were not checked',
  explain:
    'Not all endpoints of these services were part of the check, because ports were given or because the service is too broad to probe (the media range). It is blocking only if a service is required and was not seen to answer.',
  about: 'gap',
  fixedBy: [],
  severity: 'info',
  find(facts) {
    if (!facts.looked || facts.survey.interrupted) return {};
    const looked = new Set(facts.survey.observations.map(({ endpoint }) => endpoint));
    const missed = facts.profile.services.filter(
      ({ endpoints }) => !endpoints.every((endpoint) => looked.has(endpoint)),
    );
    const isVital = (service: ProfileService) =>
      service.probed &&
      facts.serviceAccess(service) === 'must' &&
      !facts.open.some((opening) => opening.service === service);
    return {
      undetermined: [true, false].flatMap((blocking) => {
        const titles = missed.filter((service) => isVital(service) === blocking).map(({ title }) => cutText(title, 80));
        const skipped = missed.filter((service) => service.probed && isVital(service) === blocking).length;
        const others = Math.max(0, titles.length - LISTED);
        return titles.length > 0
          ? [{ endpoint: null, data: { services: titles.slice(0, LISTED), others, skipped }, blocking }]
          : [];
      }),
    };
  },
  doubt: z.object({
    services: z.array(text(80)).max(LISTED),
    others: z.int().nonnegative(),
    skipped: z.int().nonnegative().optional().describe('how many of them are usually checked'),
  }),
  sayDoubt: ({ data: { services, others }, blocking }) => ({
    what: `${blocking ? 'Whether these required services work' : 'The state of these services'}: ${listWithOthers(services, others, 'service')}`,
    why: 'Not all of their ports were part of this check.',
  }),
});
