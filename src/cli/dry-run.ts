import type { PreparedCheck } from '../check/run/check.js';
import { compareEndpointIds } from '../model/endpoint.js';

/** Says what a check would send, in words; names stay unresolved. */
export function describeDryRun({ total, terms, timing }: PreparedCheck): string {
  const probes = terms.planTarget().sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
  const targets = total === null ? 'as many targets as are read' : `${total} ${total === 1 ? 'target' : 'targets'}`;
  const silentS = (timing.patienceMs / 1000).toFixed(1);
  return [
    `Would check ${targets} against profile ${terms.profile.name}, as ${terms.source}: nothing was sent.`,
    `Up to ${timing.rate} packets a second, ${timing.targets} targets at once, ${silentS} s for a silent endpoint.`,
    `${probes.length} endpoints a target (the ports of canaries are drawn anew for each):`,
    ...probes.map(({ endpoint, probe }) => `  ${endpoint.padEnd(10)}  ${probe.title}`),
    '',
  ].join('\n');
}
