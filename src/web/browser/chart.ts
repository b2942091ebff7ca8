import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/*
 * Draws the charts of a page. The figures stand in the page as a table, which stays for those who do not see the chart:
 * an element with `data-chart` names the table, whose first column are days or times and whose others are numbers.
 */

const reduce = matchMedia('(prefers-reduced-motion: reduce)').matches;

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
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
  place.replaceChildren();
  new uPlot(
    {
      width: place.clientWidth,
      height: 220,
      cursor: { drag: { x: false, y: false } },
      legend: { live: !reduce },
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most)] } },
      axes: [
        { stroke: colour('--soft'), grid: { stroke: colour('--line') } },
        { stroke: colour('--soft'), grid: { stroke: colour('--line') } },
      ],
      series: [
        { label: 'When', value: (_plot, at) => (at === null ? '' : new Date(at * 1000).toLocaleString()) },
        ...names.map((label, index) => ({
          label,
          value: (_plot: uPlot, count: number | null) => (count === null ? 'not known' : String(count)),
          stroke: colour(strokes[index % strokes.length]!),
          dash: dashes[index % dashes.length]!,
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
