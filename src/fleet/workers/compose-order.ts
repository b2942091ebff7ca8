import { OUTSIDER, type Profile } from '../../model/profile.js';
import {
  type LookKey,
  type VantagePlace,
  WORK_SCHEMA,
  type WorkLook,
  type WorkOrder,
  type WorkTerms,
} from '../../model/work.js';
import type { LookJob } from '../sweep/list-looks.js';

/** A look that is to be ordered. */
export interface ToOrder {
  readonly key: LookKey;
  readonly job: LookJob;
}

/** What the looks of an order have in common. */
export type OrderTerms = Pick<WorkOrder, 'id' | 'kind' | 'ping' | 'allowSpecial' | 'share'>;

/** Writes an order of looks for a vantage; terms that several share stand in it once. */
export function composeOrder(common: OrderTerms, place: VantagePlace, looks: readonly ToOrder[]): WorkOrder {
  const known = new Map<LookJob['terms'], number>();
  const terms: WorkTerms[] = [];
  const numberOf = (of: LookJob['terms']): number => {
    let number = known.get(of);
    if (number === undefined) {
      known.set(of, (number = terms.length));
      terms.push(describeTerms(of, place));
    }
    return number;
  };
  const described = looks.map(({ key, job }): WorkLook => {
    const { authorization, timeZone } = job.client;
    const allowed = authorization && { ...authorization, timeZone };
    return { key, target: job.target, terms: numberOf(job.terms), slow: job.earlier !== null, authorization: allowed };
  });
  return { schema: WORK_SCHEMA, ...common, terms, looks: described };
}

/** Which source of a profile a vantage is. */
export function sourceOf(place: VantagePlace, profile: Profile): string {
  return Object.hasOwn(profile.sources, place.source) ? place.source : OUTSIDER;
}

/** Vantages that are meant to be a source which none of the profiles has: each counts as an outsider under all of them. */
export function listUnknownSources(places: readonly VantagePlace[], profiles: readonly Profile[]): VantagePlace[] {
  return places.filter((place) => profiles.every((profile) => sourceOf(place, profile) !== place.source));
}

function describeTerms({ profile, failOn, plan }: LookJob['terms'], place: VantagePlace): WorkTerms {
  const { ports, also, findMoved, canaries } = plan;
  const described = {
    ...(ports && { ports: ports.map(({ transport, port }) => ({ transport, port })) }),
    ...(also && { also: [...also] }),
    ...(findMoved && { findMoved }),
    ...(canaries !== undefined && { canaries }),
  };
  return { profile: withoutFile(profile), source: sourceOf(place, profile), failOn, plan: described };
}

/** Where the profile's file is on this machine is no one's affair. */
function withoutFile(profile: Profile): Profile {
  return { ...profile, file: null };
}
