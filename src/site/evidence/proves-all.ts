import { isSettled, type SiteFacts } from './facts.js';

/** Whether the stand-in settled all that the profile speaks of, and a DMZ too: then no list of a router is needed. */
export function provesAll(facts: SiteFacts): boolean {
  const services = facts.profile.services.filter(({ kind }) => kind !== 'gateway');
  return facts.ledger.canaries.length > 0 && services.every((service) => isSettled(facts, service));
}
