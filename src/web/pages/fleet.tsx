import * as z from 'zod';
import { SERVICES } from '../../model/service.js';
import { type ClientStanding, type Listed, listedAs } from '../../model/standing.js';
import { pageClients } from '../../fleet/sweep/page-clients.js';
import { FLEET_SORTS } from '../../fleet/store/fleet-page.js';
import { STALE_AFTER_MS } from '../../model/not-checked.js';
import { describePlace, describeProblem, describeWorst } from '../../reports/client-words.js';
import type { ServerApp } from '../../server/create-server.js';
import { renderCount } from '../../words/sentence.js';
import { sendPage } from '../kit/answer.js';
import { Choice } from '../kit/choice.js';
import { Field, Pager, StandingTag, Table, Time } from '../kit/elements.js';
import { linkTo, manyOf, manyTexts, offset, oneOf, oneText } from '../kit/query.js';
import type { PageContext } from '../serve-context.js';
import { ExposedOverTime } from './exposed-over-time.js';
import { FleetGrid, LISTED } from './fleet-grid.js';
import { SweepsUnderWay } from '../live/sweeps-under-way.js';

/** Rows of a page. */
const ROWS = 50;

/** The time that the chart shows: a quarter of a year. */
const CHART_MS = 90 * 86_400_000;

const LISTED_IDS = Object.keys(LISTED) as [Listed, ...Listed[]];

const SORT_WORDS: Readonly<Record<(typeof FLEET_SORTS)[number], string>> = {
  worst: 'worst first',
  name: 'by name',
  seen: 'longest not seen first',
};

/** How clients are shown. */
const VIEWS = ['table', 'grid'] as const;
const VIEW_WORDS: Readonly<Record<(typeof VIEWS)[number], string>> = { table: 'Table', grid: 'Grid' };

const querySchema = z.object({
  search: oneText,
  group: oneText,
  tag: manyTexts,
  profile: oneText,
  service: oneText,
  standing: manyOf(LISTED_IDS),
  sort: oneOf(FLEET_SORTS),
  view: oneOf(VIEWS),
  offset,
});
type Query = z.infer<typeof querySchema>;

/** Adds the page of all clients: the worst first, searched and filtered by the store, a part at a time. */
export function addFleetPage(app: ServerApp, context: PageContext): void {
  const { store, counts, now, draw } = context;
  app.get('/', { schema: { hide: true, querystring: querySchema } }, async (request, reply) => {
    const { query } = request;
    const at = now();
    const [page, groups, profiles, pulse, points] = await Promise.all([
      pageClients(store, {
        ...{ now: at, staleBefore: new Date(at.getTime() - STALE_AFTER_MS), offset: query.offset, limit: ROWS },
        ...{ search: query.search, tags: query.tag, standings: query.standing, sort: query.sort ?? 'worst' },
        groups: listOf(query.group),
        profiles: listOf(query.profile),
        services: listOf(query.service),
      }),
      store.listGroups(),
      counts.listProfiles(),
      store.readPulse(),
      store.readStandings(new Date(at.getTime() - CHART_MS), at),
    ]);
    const range = describeRange(query.offset, page.clients.length, page.total);
    const children = (
      <>
        <SweepsUnderWay sweeps={pulse.sweeps} />
        <Counts counts={page.counts} query={query} />
        <Filters query={query} groups={groups} profiles={profiles} />
        <Views query={query} />
        <div data-part="clients">
          {query.view === 'grid' ? (
            <FleetGrid caption={range} rows={page.clients} />
          ) : (
            <Table
              caption={range}
              columns={['Client', 'Address', 'Result', 'Worst finding', 'Since', 'Last seen']}
              rows={page.clients.map(renderRow)}
              empty="No client is like that."
            />
          )}
          <Pager
            back={query.offset > 0 ? linkTo('/', { ...query, offset: Math.max(0, query.offset - ROWS) }) : null}
            further={page.next === null ? null : linkTo('/', { ...query, offset: page.next })}
          />
        </div>
        <div data-part="over-time">
          <ExposedOverTime points={points} />
        </div>
      </>
    );
    return sendPage(
      reply,
      draw(request, {
        title: 'Clients',
        isWide: true,
        live: { path: '/live', version: pulse.version },
        hasCharts: true,
        children,
      }),
    );
  });
}

const listOf = (one: string | undefined): string[] | undefined => (one === undefined ? undefined : [one]);

function describeRange(first: number, count: number, total: number): string {
  const sum = renderCount(total, 'address', 'addresses');
  return count === total ? sum : `${first + 1} to ${first + count} of ${sum}`;
}

function renderRow(row: ClientStanding) {
  const { client, at, seenAt } = row;
  const listed = listedAs(row);
  const problem = describeProblem(row);
  return [
    <>
      <a href={`/clients/${encodeURIComponent(client.id)}`}>{client.name || client.id}</a>
      {client.group !== null && <span class="soft"> {client.group}</span>}
    </>,
    describePlace(row),
    listed === 'not-checked' ? (
      <span class="tag info">
        <span aria-hidden="true">–</span> {LISTED[listed]}
      </span>
    ) : (
      <StandingTag standing={listed} />
    ),
    <>
      {describeWorst(row, 'full') ?? (problem === null ? '–' : '')}
      {problem !== null && <div class="soft">{problem}</div>}
    </>,
    <Time at={at} />,
    <Time at={seenAt} />,
  ];
}

/** How many there are of each standing; each is a filter. */
function Counts({ counts, query }: { readonly counts: Readonly<Record<Listed, number>>; readonly query: Query }) {
  const chosen = query.standing?.length === 1 ? query.standing[0] : undefined;
  return (
    <ul class="counts" data-part="counts">
      {LISTED_IDS.map((standing) => (
        <li key={standing} class={standing === 'not-checked' ? 'info' : standing}>
          <a
            href={linkTo('/', { ...query, offset: undefined, standing: chosen === standing ? undefined : standing })}
            aria-current={chosen === standing ? 'true' : undefined}
          >
            <b>{counts[standing]}</b> <small>{LISTED[standing]}</small>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Switches between table and grid; all else stays. */
function Views({ query }: { readonly query: Query }) {
  return (
    <nav class="views" aria-label="View">
      {VIEWS.map((view) => (
        <a
          key={view}
          href={linkTo('/', { ...query, offset: query.offset || undefined, view: view === 'table' ? undefined : view })}
          aria-current={view === (query.view ?? 'table') ? 'true' : undefined}
        >
          {VIEW_WORDS[view]}
        </a>
      ))}
    </nav>
  );
}

function Filters({
  query,
  groups,
  profiles,
}: {
  readonly query: Query;
  readonly groups: readonly string[];
  readonly profiles: readonly string[];
}) {
  return (
    <form class="filters" role="search" action="/">
      {query.standing?.map((standing) => (
        <input key={standing} type="hidden" name="standing" value={standing} />
      ))}
      {query.view && <input type="hidden" name="view" value={query.view} />}
      <Field id="search" label="Search in name, id, address or group">
        <input id="search" name="search" type="search" value={query.search} />
      </Field>
      {groups.length > 0 && <Choice id="group" label="Group" values={groups} chosen={query.group} />}
      {profiles.length > 1 && (
        <Choice id="profile" label="Checked by profile" values={profiles} chosen={query.profile} />
      )}
      <Choice
        id="service"
        label="With a finding about"
        values={SERVICES.map(({ id }) => id)}
        words={(id) => SERVICES.find((service) => service.id === id)?.title ?? id}
        chosen={query.service}
      />
      <Choice
        id="sort"
        label="Order"
        values={FLEET_SORTS}
        words={(sort) => SORT_WORDS[sort]}
        chosen={query.sort ?? 'worst'}
        isNeeded
      />
      <div>
        <button>Show</button>
      </div>
    </form>
  );
}
