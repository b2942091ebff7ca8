import { type ClientStanding, type Listed, listedAs } from '../../model/standing.js';
import { describePlace, describeProblem, describeWorst } from '../../reports/client-words.js';
import { renderVerdictShape } from '../../reports/document/html-shapes.js';
import { STANDING_WORDS } from '../../reports/document/strings.js';
import { Time } from '../kit/elements.js';

/** The standings, the worst first, and what each is called. */
export const LISTED: Readonly<Record<Listed, string>> = {
  violation: STANDING_WORDS.violation.label,
  'no-answer': STANDING_WORDS['no-answer'].label,
  inconclusive: STANDING_WORDS.inconclusive.label,
  'not-checked': 'Not checked',
  compliant: STANDING_WORDS.compliant.label,
};

/** Clients as tiles, one for each address of the list, each with the shape of its result and the word for it. */
export function FleetGrid({ caption, rows }: { readonly caption: string; readonly rows: readonly ClientStanding[] }) {
  if (rows.length === 0) return <p>No client is like that.</p>;
  return (
    <>
      <p class="soft">{caption}</p>
      <ul class="tiles" aria-label="Clients">
        {rows.map((row) => (
          <Tile key={`${row.client.id} ${row.slot}`} row={row} />
        ))}
      </ul>
    </>
  );
}

function Tile({ row }: { readonly row: ClientStanding }) {
  const { client, at } = row;
  const listed = listedAs(row);
  const problem = describeProblem(row);
  const worst = describeWorst(row, 'full');
  return (
    <li class={listed === 'not-checked' ? 'info' : listed}>
      <p class="result">
        {listed === 'not-checked' ? (
          <span aria-hidden="true">–</span>
        ) : (
          <span dangerouslySetInnerHTML={{ __html: renderVerdictShape(listed) }} />
        )}
        <b>{LISTED[listed]}</b>
      </p>
      <p>
        <a href={`/clients/${encodeURIComponent(client.id)}`}>{client.name || client.id}</a>{' '}
        <span class="soft">{describePlace(row)}</span>
      </p>
      {worst !== null && <p>{worst}</p>}
      {problem !== null && <p class="soft">{problem}</p>}
      <p class="soft">
        Since <Time at={at} />
      </p>
    </li>
  );
}
