import type { ProfileService } from '../../model/profile.js';
import type { RuleResult } from './old-rule.js';
type Undetermined = NonNullable<RuleResult['undetermined']>[number];
import type { Rule } from './old-rule.js';
import { listNames, nameService } from './wording.js';

/** Services of the profile of which this check looked at no endpoint, or not at all of them. */
export const servicesNotLookedAt: Rule = {
  id: 'services-not-looked-at',
  title: 'Services were not looked at',
  severity: 'info',
  evaluate(facts) {
    if (!facts.looked || facts.survey.interrupted) return {};
    const looked = new Set(facts.survey.observations.map(({ endpoint }) => endpoint));
    const missed = facts.profile.services.filter(
      ({ endpoints }) => !endpoints.every((endpoint) => looked.has(endpoint)),
    );
    const isVital = (service: ProfileService) =>
      service.probed &&
      facts.serviceAccess(service) === 'must' &&
      !facts.open.some((opening) => opening.service === service);
    const note = (services: readonly ProfileService[], blocking: boolean): Undetermined[] =>
      services.length === 0
        ? []
        : [
            {
              endpoint: null,
              what: `${blocking ? 'Whether these required services work' : 'How these stand'}: ${listNames(services.map(nameService), 5)}`,
              why: 'Not all of their ports were part of this check.',
              blocking,
            },
          ];
    return {
      undetermined: [
        ...note(missed.filter(isVital), true),
        ...note(
          missed.filter((service) => !isVital(service)),
          false,
        ),
      ],
    };
  },
};
