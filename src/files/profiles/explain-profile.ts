import { parseEndpointId, type EndpointId } from '../../model/endpoint.js';
import { OUTSIDER, type Access, ACCESSES, type Profile, type ProfileService } from '../../model/profile.js';

const ACCESS_WORDS: Record<Access, string> = {
  must: 'must reach',
  may: 'may reach',
  'must-not': 'must not reach',
};

/**
 * Says in plain words what may reach what from where. Holds text from the profile's file as it is: escape it where it
 * is shown.
 */
export function explainProfile(profile: Profile): string {
  const sources = Object.entries(profile.sources);
  const everyone = sources.length > 0 ? 'Everyone else' : 'Everyone';
  const unlisted = profile.unlisted === 'may' ? 'may be reachable' : 'must not be reachable';
  return [
    `${profile.name}: ${profile.title}`,
    ...(profile.description ? [profile.description.trim()] : []),
    ...sources.map(([id, { title, cidrs }]) => {
      const where = cidrs.length > 0 ? cidrs.join(', ') : 'no networks given';
      return explainSource(`${title} (source ${id}; ${where})`, id, profile);
    }),
    explainSource(`${everyone} (source ${OUTSIDER})`, OUTSIDER, profile),
    `Every other port ${unlisted}, from anywhere.`,
    ...(profile.alive ? [`${profile.alive} always answers: while it does not, silence proves nothing.`] : []),
  ].join('\n\n');
}

/** Writes endpoints briefly, runs of ports joined: `udp/10020-10083`. */
export function formatEndpoints(ids: readonly EndpointId[]): string {
  const runs: { transport: string; first: number; last: number }[] = [];
  for (const { transport, port } of ids.flatMap((id) => parseEndpointId(id) ?? [])) {
    const run = runs.at(-1);
    if (run?.transport === transport && run.last + 1 === port) run.last = port;
    else runs.push({ transport, first: port, last: port });
  }
  return runs
    .map(({ transport, first, last }) => `${transport}/${first === last ? first : `${first}-${last}`}`)
    .join(', ');
}

function explainSource(heading: string, source: string, profile: Profile): string {
  const groups = ACCESSES.flatMap((access) => {
    const services = profile.services.filter((service) => service.access[source] === access);
    return services.length > 0 ? [`  ${ACCESS_WORDS[access]}\n${services.map(explainService).join('\n')}`] : [];
  });
  return [heading, ...groups].join('\n');
}

function explainService({ title, endpoints }: ProfileService): string {
  return `    ${title}: ${formatEndpoints(endpoints)}`;
}
