import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/*
 * Draws the charts of a page. The figures stand in the page as a table, which stays for those who do not see the chart:
 * an element with `data-chart` names the table, whose first column are days or times and whose others are numbers.
 */

const reduce = matchMedia('(prefers-reduced-motion: reduce)').matches;

/** How lines differ besides their colours: lengths of strokes and gaps, px. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

/** A line as a background, which shows in the legend what it looks like in the chart. */
function renderSample(colour: string, dash: readonly number[]): string {
  if (dash.length === 0) return colour;
  let at = 0;
  const stops = dash.map((length, index) => `${index % 2 ? 'transparent' : colour} ${at}px ${(at += length)}px`);
  return `repeating-linear-gradient(90deg, ${stops.join(', ')})`;
}

/** A time of the chart, s, as the pages write times. */
const renderTime = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What is written below the chart: days, or times where it shows only some days. */
function renderTicks(ticks: readonly number[]): string[] {
  const isOfDays = ticks.every((at) => at % 86_400 === 0);
  return ticks.map((at) => (isOfDays ? renderTime(at).slice(0, 10) : renderTime(at).slice(5, 16)));
}

function draw(place: HTMLElement): void {
  const table = document.getElementById(place.dataset['chart'] ?? '');
  if (!(table instanceof HTMLTableElement)) return;
  const names = [...table.querySelectorAll('thead th')].slice(1).map((cell) => cell.textContent ?? '');
  const rows = [...table.tBodies[0]!.rows].map((row) => [...row.cells].map((cell) => cell.dataset['value'] ?? ''));
  const columns = names.map((_, index) => rows.map((row) => (row[index + 1] === '' ? null : Number(row[index + 1]))));
  const times = rows.map((row) => Date.parse(row[0] ?? '') / 1000);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const strokes = ['--bad', '--unsure', '--good', '--none'];
  const lines = names.map((label, index) => ({
    label,
    stroke: colour(strokes[index % strokes.length]!),
    dash: DASHES[index % DASHES.length]!,
  }));
  place.replaceChildren();
  new uPlot(
    {
      width: place.clientWidth,
      height: 220,
      cursor: { drag: { x: false, y: false } },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC'),
      legend: {
        live: !reduce,
        markers: { width: 0, fill: (_plot, at) => renderSample(lines[at - 1]!.stroke, lines[at - 1]!.dash) },
      },
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most)] } },
      axes: [
        {
          ...{ stroke: colour('--soft'), grid: { stroke: colour('--line') } },
          space: 90,
          values: (_plot, ticks) => renderTicks(ticks),
        },
        {
          ...{ stroke: colour('--soft'), grid: { stroke: colour('--line') } },
          // Clients are whole.
          values: (_plot, ticks) => ticks.map((count) => (Number.isInteger(count) ? String(count) : '')),
        },
      ],
      series: [
        { label: 'When', value: (_plot, at) => (at === null ? '' : renderTime(at)) },
        ...lines.map((line) => ({
          ...line,
          value: (_plot: uPlot, count: number | null) => (count === null ? 'not known' : String(count)),
          width: 2,
          spanGaps: false,
        })),
      ],
    },
    [times, ...columns] as uPlot.AlignedData,
    place,
  );
}

const drawAll = (): void => document.querySelectorAll<HTMLElement>('[data-chart]').forEach(draw);
drawAll();
document.addEventListener('parts-replaced', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('resize', drawAll);
