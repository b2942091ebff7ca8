import type { PreparedCheck } from '../../check/run/check.js';
import { compareEndpointIds } from '../../model/endpoint.js';
import { MOVED_PROBE } from '../../model/moved-place.js';
import { renderHanging } from '../../reports/blocks.js';
import { wrapText } from '../../words/layout.js';
import { renderCount } from '../../words/sentence.js';

/** Says what a check would send; names stay unresolved. */
export function describeDryRun({ total, terms, timing, spreadMs }: PreparedCheck, columns: number): string {
  const plan = terms.planTarget().sort((a, b) => compareEndpointIds(a.endpoint, b.endpoint));
  const places = plan.filter(({ probe }) => probe.id === MOVED_PROBE);
  const probes = plan.filter((planned) => !places.includes(planned));
  const targets = total === null ? 'all targets that are read' : renderCount(total, 'target');
  const silentS = (timing.patienceMs / 1000).toFixed(1);
  const gap = spreadMs === undefined ? [] : [describeSpread(spreadMs / plan.length)];
  return [
    ...[
      `Would check ${targets} against profile ${terms.profile.name}, as ${terms.source}: nothing was sent.`,
      `Up to ${timing.rate} packets per second, ${timing.targets} targets at once, ${silentS} s for a silent endpoint.`,
      ...gap,
      `${plan.length} endpoints per target (each has other canary ports):`,
    ].flatMap((line) => wrapText(line, columns)),
    ...probes.map(({ endpoint, probe }) => `  ${endpoint.padEnd(10)}  ${probe.title}`),
    ...(places[0]
      ? renderHanging(
          '  tcp/…       ',
          14,
          `${places[0].probe.title}: ${places.map(({ port }) => port).join(', ')}`,
          columns,
        )
      : []),
    '',
  ].join('\n');
}

function describeSpread(gapMs: number): string {
  return `All targets at once, ${(gapMs / 1_000).toFixed(gapMs < 10_000 ? 1 : 0)} s from one endpoint of a target to the next.`;
}
