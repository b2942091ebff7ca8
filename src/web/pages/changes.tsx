import * as z from 'zod';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { sayChange } from '../../fleet/changes/say-change.js';
import type { ChangeOfClient } from '../../fleet/store/changes.js';
import { CHANGE_KINDS } from '../../model/change.js';
import { sayChangesEnd } from '../../reports/changes-end.js';
import type { ServerApp } from '../../server/create-server.js';
import { sendPage } from '../kit/answer.js';
import { Choice } from '../kit/choice.js';
import { Field, Pager, SeverityTag, Table, Time } from '../kit/elements.js';
import { linkTo, offset, oneOf, oneText } from '../kit/query.js';
import type { PageContext } from '../serve-context.js';

/** Changes of a page. */
const ROWS = 100;

/** From when on, where nothing is said. */
const SINCE = '7d';

const querySchema = z.object({ since: oneText, until: oneText, group: oneText, kind: oneOf(CHANGE_KINDS), offset });
type Query = z.infer<typeof querySchema>;

/** Adds the page of what changed at all clients in a time. */
export function addChangesPage(app: ServerApp, context: PageContext): void {
  const { store, now, draw } = context;
  app.get('/changes', { schema: { hide: true, querystring: querySchema } }, async (request, reply) => {
    const { query } = request;
    const wanted = { ...readSpan(query, now()), ...readFilters(query) };
    const { counts, clients } = await store.countChanges(wanted);
    const shown: ChangeOfClient[] = [];
    for await (const change of store.readChanges(wanted, { offset: query.offset, limit: ROWS })) shown.push(change);
    const coverage = await store.countCoverage(wanted);
    const told = { counts, clients, span: wanted, coverage, narrowed: wanted.kinds !== undefined };
    const sum = [...counts.values()].reduce((a, b) => a + b, 0);
    // The end of the time stays, so that new changes don't move what is listed.
    const link = (at: number) => linkTo('/changes', { ...query, until: wanted.until.toISOString(), offset: at });
    const children = (
      <>
        <Filters query={query} groups={await store.listGroups()} />
        <div data-part="changes">
          <p>{sayChangesEnd(told)}</p>
          <Table
            caption={describePart(query.offset, shown.length, sum)}
            columns={['When', 'Client', 'Kind', 'Severity', 'What changed']}
            rows={shown.map(renderRow)}
            empty=""
          />
          <Pager
            back={query.offset > 0 ? link(Math.max(0, query.offset - ROWS)) : null}
            further={query.offset + shown.length < sum ? link(query.offset + ROWS) : null}
            furtherText="Further back"
          />
        </div>
      </>
    );
    return sendPage(reply, draw(request, { title: 'What changed', isWide: true, live: { path: '/live' }, children }));
  });
}

const listOne = <T,>(one: T | undefined) => (one === undefined ? undefined : [one]);

const readFilters = ({ group, kind }: Query) => ({ groups: listOne(group), kinds: listOne(kind) });

function describePart(before: number, shown: number, sum: number): string {
  if (before > 0 && shown > 0) return `${before + 1} to ${before + shown} of ${sum}, newest first`;
  return shown < sum ? `The newest ${shown} of ${sum}` : 'Newest first';
}

/**
 * The time that is meant.
 * @throws InputError
 */
function readSpan({ since = SINCE, until }: Query, now: Date): { readonly since: Date; readonly until: Date } {
  const span = { since: readBeginning(since, now), until: until === undefined ? now : readInstant(until, 'end') };
  if (span.since > span.until) throw new InputError('the beginning is later than the end');
  return span;
}

function renderRow(change: ChangeOfClient) {
  const { client, slot, at, kind, severity } = change;
  const { title, remedy } = sayChange(change);
  return [
    <Time at={at} />,
    <>
      <a href={`/clients/${encodeURIComponent(client.id)}`}>{client.name || client.id}</a>{' '}
      <span class="soft">{slot}</span>
    </>,
    kind.replaceAll('-', ' '),
    <SeverityTag severity={severity} />,
    <>
      {title}
      {remedy !== null && <div class="soft">{remedy}</div>}
    </>,
  ];
}

function Filters({ query, groups }: { readonly query: Query; readonly groups: readonly string[] }) {
  return (
    <form class="filters" action="/changes">
      <Field id="since" label="From (a day, or so long ago)">
        <input id="since" name="since" value={query.since ?? SINCE} placeholder="7d, 36h or 2026-11-01" />
      </Field>
      <Field id="until" label="Until (a day; now if empty)">
        <input id="until" name="until" value={query.until} />
      </Field>
      {groups.length > 0 && <Choice id="group" label="Group" values={groups} chosen={query.group} />}
      <Choice
        id="kind"
        label="Kind"
        values={CHANGE_KINDS}
        words={(kind) => kind.replaceAll('-', ' ')}
        chosen={query.kind}
      />
      <div>
        <button>Show</button>
      </div>
    </form>
  );
}
