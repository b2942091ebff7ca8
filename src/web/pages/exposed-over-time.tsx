import type { StandingsPoint } from '../../fleet/store/standings.js';
import { STANDING_WORDS } from '../../reports/document/strings.js';
import { Time } from '../kit/elements.js';

/** The lines of the chart, in the order of its colours, which are those of the marks. */
const LINES: readonly {
  readonly label: string;
  readonly count: (counts: NonNullable<StandingsPoint['counts']>) => number;
}[] = [
  { label: STANDING_WORDS.violation.label, count: (counts) => counts.violation },
  {
    label: `${STANDING_WORDS.inconclusive.label} or no answer`,
    count: (counts) => counts.inconclusive + counts['no-answer'],
  },
  { label: STANDING_WORDS.compliant.label, count: (counts) => counts.compliant },
  { label: 'Not checked', count: (counts) => counts['not-checked'] },
];

const ID = 'exposed-over-time';

/** How many clients stood how over time: a chart, and the table that it is drawn from. */
export function ExposedOverTime({ points }: { readonly points: readonly StandingsPoint[] }) {
  // Before the first there is nothing to draw.
  const first = points.findIndex(({ counts }) => counts !== null);
  if (first === -1) return <p class="soft">How many clients are exposed over time is known after the next sweep.</p>;
  return (
    <section aria-labelledby={`${ID}-title`}>
      <h2 id={`${ID}-title`}>Clients over time</h2>
      <div class="chart" data-chart={ID} aria-hidden="true" />
      <details>
        <summary>The figures</summary>
        <div class="scroll">
          <table id={ID} class="list">
            <caption class="seen">
              Clients, by the worst of their addresses. From a time that is not known to the next, nothing is known.
            </caption>
            <thead>
              <tr>
                <th scope="col">When</th>
                {LINES.map(({ label }) => (
                  <th key={label} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.slice(first).map(({ at, counts }) => (
                <tr key={at}>
                  <th scope="row" data-value={at}>
                    <Time at={at} />
                  </th>
                  {LINES.map(({ label, count }) => (
                    <td key={label} data-value={counts ? count(counts) : ''}>
                      {counts ? count(counts) : <span class="soft">not known</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
