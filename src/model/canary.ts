import type { EndpointId } from './endpoint.js';

/*
 * A canary is a port that no one uses, looked at to compare with: what answers there tells of the gateway (a DMZ, a
 * tarpit, a firewall's helper), not of a service.
 */

/** The one canary that is the same in every look: a firewall that answers here, with nothing behind, has a SIP/SCCP helper. */
export const HELPER_CANARY: EndpointId = 'tcp/2000';

/** From which the others are drawn, each time anew: no one forwards a single one of these. */
const PORTS = { from: 20_000, to: 60_999 } as const;

/** What tells a canary: the probe that looks at it. */
interface Seen {
  readonly probe: string;
  readonly endpoint: EndpointId;
}

/** Whether an observation is of a canary. */
export function isCanary({ probe }: Pick<Seen, 'probe'>): boolean {
  return probe.startsWith('canary-');
}

/** Whether an observation is of a canary that was drawn: another look has another port there. */
export function isRandomCanary(seen: Seen): boolean {
  return isCanary(seen) && seen.endpoint !== HELPER_CANARY;
}

/** Draws a port for a canary; `random` gives numbers from 0 to less than 1. */
export function drawCanaryPort(random: () => number = Math.random): number {
  return PORTS.from + Math.floor(random() * (PORTS.to - PORTS.from + 1));
}
