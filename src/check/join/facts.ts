import type { Access, Profile, ProfileService } from '../../model/profile.js';
import { accessOf, indexServices } from '../../model/profile.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { ReportData } from '../../model/report.js';
import { noSignOfLife } from '../rules/no-sign-of-life.js';
import type { Facts } from '../rules/facts.js';

/** A vantage whose look says something of the target. */
export interface Viewer {
  readonly name: string;
  /** Which of the profile's sources it is. */
  readonly source: string;
  readonly report: ReportData;
  readonly facts: Facts;
}

/** A vantage whose look says nothing of the target, and why. */
export interface Absent {
  readonly name: string;
  readonly why: 'trouble' | 'broken' | 'inside';
  readonly trouble: string | null;
}

/** What the rules of the join look at. */
export interface JoinFacts {
  readonly profile: Profile;
  /** By name. */
  readonly viewers: readonly Viewer[];
  /** By name. */
  readonly absent: readonly Absent[];
}

/** A vantage to which the site shows nothing, although another gets answers. */
export interface ShutOut {
  readonly name: string;
  readonly source: string;
  /** Nothing at all answers it; or something refuses it, and nothing is open to it. */
  readonly how: 'silent' | 'refused';
  /** The profile lets in only whom it answers: a restriction that holds looks like this, and a block does too. */
  readonly fits: boolean;
}

/** The vantages that are shut out or filtered. */
export function listShutOut(facts: JoinFacts): ShutOut[] {
  const heard = facts.viewers.filter((viewer) => viewer.facts.heard);
  return facts.viewers.flatMap((viewer): ShutOut[] => {
    const { name, source, report } = viewer;
    if (!viewer.facts.looked || report.interrupted) return [];
    const others = heard.filter((other) => other !== viewer);
    const missed = others.some((other) => listWanting(facts.profile, viewer, other).length > 0);
    if (viewer.facts.heard) {
      const isOpen = report.observations.some(({ state }) => state === 'open');
      return isOpen || !missed ? [] : [{ name, source, how: 'refused', fits: false }];
    }
    if (others.length === 0) return [];
    const fits = !missed && others.every((other) => other.source !== source);
    const isSettled = !report.findings.some(({ rule, effect }) => rule === noSignOfLife.id && effect !== 'note');
    return isSettled && fits ? [] : [{ name, source, how: 'silent', fits }];
  });
}

/** What is open to another vantage, and would have to be open to this one too for all that the profile says. */
function listWanting(profile: Profile, viewer: Viewer, other: Viewer): EndpointId[] {
  const asked = new Set(viewer.report.observations.map(({ endpoint }) => endpoint));
  return other.facts.open.flatMap(({ endpoint, service }) =>
    asked.has(endpoint) && (other.source === viewer.source || accessAt(profile, service, viewer.source) !== 'must-not')
      ? [endpoint]
      : [],
  );
}

function accessAt({ unlisted }: Profile, service: ProfileService | undefined, source: string): Access {
  return service ? accessOf(service, source, unlisted) : unlisted;
}

/** The sources, by id, that the profile lets in on an endpoint where it does not let in another. */
export function listAllowed(profile: Profile, endpoint: EndpointId, source: string): string[] {
  const service = indexServices(profile).get(endpoint);
  if (!service || accessAt(profile, service, source) !== 'must-not') return [];
  return Object.keys(profile.sources)
    .filter((name) => name !== source && accessAt(profile, service, name) !== 'must-not')
    .sort();
}
