import * as z from 'zod';
import type { ProfileService } from '../../model/profile.js';
import { accessOf, OUTSIDER } from '../../model/profile.js';
import { MAX_VANTAGES } from '../../model/finding.js';
import { text } from '../../model/text.js';
import { cutText, listNames, quote, renderCount } from '../../words/sentence.js';
import { keepService, serviceSchema } from '../rules/opening.js';
import { type JoinFacts, listShutOut, type Viewer } from './facts.js';
import { defineJoinRule } from './join-rule.js';

const namesSchema = z.array(text(64)).min(1).max(MAX_VANTAGES);

/** A service answers whom the profile lets in, and none of the other vantages. */
export const restrictionHolds = defineJoinRule({
  id: 'restriction-holds',
  title: 'A restriction holds, as far as our vantages show',
  explain:
    'A service is open to a vantage that the profile lets in, and not to those that it does not. Vantages count that get some answer from the site, or for which something vouches: silence alone is no proof of a restriction. It shows that the router tells these addresses apart, not that its list holds no others.',
  about: 'note',
  fixedBy: ['router'],
  severity: 'info',
  find(facts) {
    return {
      findings: facts.profile.services.flatMap((service) => {
        const inside = facts.viewers.filter((viewer) => isNamed(viewer) && isLetIn(facts, service, viewer));
        const outside = facts.viewers.filter((viewer) => !mayReach(facts, service, viewer));
        const isOpenTo = (viewer: Viewer) => states(viewer, service).includes('open');
        const within = inside.filter((viewer) => listOpen(viewer, service).length > 0);
        const endpoint = within[0] && listOpen(within[0], service)[0]!;
        if (!endpoint || outside.length === 0 || outside.some(isOpenTo)) return [];
        const shut = new Set(listShutOut(facts).map(({ name }) => name));
        const proved = outside.filter((viewer) => !shut.has(viewer.name) && isRefusedAll(viewer, service));
        if (proved.length === 0) return [];
        const names = (viewers: readonly Viewer[]) =>
          viewers.slice(0, MAX_VANTAGES).map(({ name }) => cutText(name, 64));
        const data = { service: keepService(service), letIn: names(within), keptOut: names(proved) };
        return [{ severity: 'info' as const, effect: 'note' as const, endpoint, observations: [endpoint], data }];
      }),
    };
  },
  data: z.object({ service: serviceSchema, letIn: namesSchema, keptOut: namesSchema }),
  say: ({ data: { service, letIn, keptOut } }) => ({
    title: `The restriction of ${service.title || 'a service'} holds, as seen from ${renderCount(keptOut.length, 'other place')}`,
    seen: `It answers ${listNames(letIn.map((name) => quote(name, 32)))}, and not ${listNames(keptOut.map((name) => quote(name, 32)))}.`,
    matters: 'The router tells these addresses apart. Which others it lets in cannot be seen from here.',
    remedy: 'Nothing. Compare the list of addresses in the router with those that were agreed.',
    programs: service.programs,
    references: [],
  }),
});

const isNamed = ({ source }: Viewer): boolean => source !== OUTSIDER;

function mayReach({ profile }: JoinFacts, service: ProfileService, { source }: Viewer): boolean {
  return accessOf(service, source, profile.unlisted) !== 'must-not';
}

/** The profile lets it in where it does not let in outsiders. */
function isLetIn(facts: JoinFacts, service: ProfileService, viewer: Viewer): boolean {
  return mayReach(facts, service, viewer) && accessOf(service, OUTSIDER, facts.profile.unlisted) === 'must-not';
}

function listOpen({ facts }: Viewer, { endpoints }: ProfileService) {
  return facts.open.map(({ endpoint }) => endpoint).filter((endpoint) => endpoints.includes(endpoint));
}

function states({ report }: Viewer, { endpoints }: ProfileService) {
  return report.observations.filter(({ endpoint }) => endpoints.includes(endpoint)).map(({ state }) => state);
}

/** It looked to the end, and saw every endpoint of the service not open. */
function isRefusedAll(viewer: Viewer, service: ProfileService): boolean {
  const { report, facts } = viewer;
  const looked = new Set(report.observations.map(({ endpoint }) => endpoint));
  return (
    !report.interrupted &&
    facts.turned === null &&
    service.endpoints.every((endpoint) => looked.has(endpoint)) &&
    states(viewer, service).every((state) => state !== 'open' && state !== 'error')
  );
}
