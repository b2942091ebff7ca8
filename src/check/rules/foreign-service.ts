import * as z from 'zod';
import { foundAt, keepOpening, openingSchema, sayBan, sayOpening } from './opening.js';
import { defineRule, PLAIN } from './rule.js';

/** Something else than the phone system's service answers where that service belongs. */
export const foreignService = defineRule({
  id: 'foreign-service',
  title: 'Something else answers on a service’s port',
  explain:
    'What answers on a service’s port identified itself, and it is not that service: the web page of a video recorder on tcp/80, for example, or an SSH server on tcp/8000. The severity is high if the profile forbids the endpoint, and medium if it allows it. An answer that does not identify itself never leads to this finding.',
  about: 'exposure',
  fixedBy: ['router'],
  severity: 'high',
  find: (facts) => ({
    findings: facts.open
      .filter(({ service, nature }) => service && nature === 'foreign')
      .map((opening) => {
        const forbidden = opening.access === 'must-not';
        return foundAt(opening, forbidden ? 'high' : 'medium', { ...keepOpening(facts, opening), forbidden });
      }),
  }),
  data: openingSchema.extend({ forbidden: z.boolean().describe('the profile forbids the endpoint') }),
  say(finding) {
    const { service, forbidden } = finding.data;
    return {
      ...PLAIN,
      title: `${finding.endpoint} is not answered by ${service?.title || 'its service'}`,
      seen: `${sayOpening(finding)}${forbidden ? ` ${sayBan(finding.data)}` : ''}`,
      matters:
        'The forward leads to another device than the phone system, for example a video recorder or the router itself. Such devices are attacked too, and the forward was not meant for them.',
      remedy:
        'Find out in the router where this port leads. Remove the forward, or point it to the phone system if the service is wanted. Turn off remote administration of the router.',
    };
  },
});
