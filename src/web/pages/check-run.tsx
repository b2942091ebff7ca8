import { describeHandover, handOverReports } from '../../reports/document/handover-document.js';
import { STATE_WORDS } from '../../reports/endpoints-table.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { type Check, type SeenEndpoint, versionOf } from '../checks/checks.js';
import { sendPage } from '../kit/answer.js';

import { Blocks, Notice, Table, Time } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { pathOf, readId } from './read-client.js';

/** Without script a page of a check that is under way is loaded again so often, s. */
const REFRESH_SECONDS = 2;

/** States that are seen first: what is open, and what is not known. */
const ORDER: readonly SeenEndpoint['state'][] = ['open', 'error', 'open|filtered', 'closed', 'filtered'];

/** Adds the page of a check that someone asked for: how it goes on, and what came of it. */
export function addCheckRun(app: ServerApp, context: PageContext): void {
  app.get('/checks/:id', { schema: { hide: true } }, (request, reply) => {
    const check = context.checks.get(readId(request));
    if (!check)
      throw new Refusal(404, 'not-found', 'there is no such check any more: it was forgotten, or never begun');
    const isRunning = check.state === 'running';
    return sendPage(
      reply,
      context.draw(request, {
        title: `Check of ${check.title}`,
        ...(isRunning && {
          refreshSeconds: REFRESH_SECONDS,
          live: { path: `/checks/${check.id}/live`, version: versionOf(check) },
        }),
        children: (
          <div data-part="check">
            <p class="made">
              Begun <Time at={check.startedAt} /> by {check.by}
            </p>
            <Outcome check={check} />
            <Endpoints check={check} />
          </div>
        ),
      }),
    );
  });
}

function Outcome({ check }: { readonly check: Check }) {
  const { state, client, reports, unchecked, problem, seen } = check;
  const link = client !== null && (
    <p>
      <a href={pathOf(client)}>The client’s page</a>
    </p>
  );
  switch (state) {
    case 'running':
      return (
        <>
          <Notice tone="plain">
            <strong>Checking…</strong> {seen.size} endpoints seen so far. A finding is confirmed by a second check, so
            this can take some minutes. You can leave this page: the check goes on.
          </Notice>
          {link}
        </>
      );
    case 'failed':
      return (
        <>
          <Notice tone="bad">The check failed: {problem}</Notice>
          {link}
        </>
      );
    case 'done':
      return (
        <>
          {link}
          {reports.length > 0 ? (
            <Blocks blocks={describeHandover({ ...handOverReports(reports), unchecked: [...unchecked] }).blocks} />
          ) : (
            <Notice tone="unsure">The check came to no result.</Notice>
          )}
        </>
      );
  }
}

function Endpoints({ check: { seen, state } }: { readonly check: Check }) {
  const isOfMany = new Set([...seen.values()].map(({ address }) => address)).size > 1;
  const rows = [...seen.values()]
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
    .map(({ address, endpoint, state: is, reason }) => [
      ...(isOfMany ? [address] : []),
      ...[endpoint, `${is} (${STATE_WORDS[is]})`, reason],
    ]);
  const table = (
    <Table
      caption="Endpoints that were asked, open ones first"
      columns={[...(isOfMany ? ['Address'] : []), 'Endpoint', 'State', 'Why we say so']}
      rows={rows}
      empty="No endpoint has answered yet, nor been given up."
    />
  );
  if (state === 'running') return table;
  return (
    <details>
      <summary>All endpoints that were asked</summary>
      {table}
    </details>
  );
}
