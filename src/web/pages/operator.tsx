import { hostname } from 'node:os';
import { basename } from 'node:path';
import { findDue, listSchedules, runKey } from '../../fleet/sweep/schedules.js';
import type { SweepCounts } from '../../fleet/store/sweep-tally.js';
import type { Sweep } from '../../fleet/store/sweeps.js';
import { nameDatabase } from '../../model/store-place.js';
import type { ServerApp } from '../../server/create-server.js';
import { describeSchedule } from '../../words/schedule.js';
import { listNames, renderCount } from '../../words/sentence.js';
import { renderDuration } from '../../words/time.js';
import { goTo, sendPage } from '../kit/answer.js';
import { Table, Time } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { ControlPart } from './operator-control.js';
import { WorkPart } from './operator-work.js';
import { SweepsUnderWay } from '../live/sweeps-under-way.js';

/** Sweeps and messages that are listed. */
const ROWS = 20;

/** Adds the page of who runs the installation: schedules, sweeps, what waits to be sent, and the store. */
export function addOperatorPage(app: ServerApp, context: PageContext): void {
  const { store, files, figures, counts, readWork, now, draw } = context;

  app.get('/operator', { schema: { hide: true } }, async (request, reply) => {
    const { inventory, alerts } = await files.read();
    const messages = await store.messages.count();
    const failed = await store.messages.listFailed(ROWS);
    const sweeps = await counts.listSweeps(ROWS);
    const schedules = await Promise.all(
      (await listSchedules(inventory.clients)).map(async (schedule) => {
        const last = await store.lastRun(runKey(schedule, files));
        return { ...schedule, last, due: findDue(schedule, last, now()) };
      }),
    );
    const { size, controls } = await counts.count();
    const database = nameDatabase(size.path);
    const work = await readWork();
    const schedulers = (await store.schedulers.list(hostname(), now())).map(
      ({ owner, inventory: file }) => `process ${owner.pid} on ${owner.host}, of ${basename(file)}`,
    );
    const children = (
      <>
        <SweepsUnderWay sweeps={(await store.readPulse()).sweeps} />
        <h2>Our own line</h2>
        <ControlPart configured={figures.control ?? null} controls={controls} />
        <h2>Schedules</h2>
        <Table
          caption={`Of ${basename(inventory.file)}`}
          columns={['Group', 'Schedule', 'Time zone', 'Clients', 'Ran last', 'Due next']}
          rows={schedules.map(({ group, cron, timeZone, clients, last, due }) => [
            group ?? '–',
            describeSchedule(cron),
            timeZone,
            String(clients),
            <Time at={last?.toISOString() ?? null} />,
            <Time at={due?.toISOString() ?? null} />,
          ])}
          empty="No client has a schedule: only checks that someone asks for are made."
        />
        <p data-part="schedulers">
          {schedulers.length === 0
            ? 'No process runs schedules on this store at the moment.'
            : `Schedules on this store are run by ${listNames(schedulers)}.`}
        </p>
        <h2>Sweeps</h2>
        <div data-part="last-sweeps">
          <Table
            caption="The newest first. Addresses by what each sweep saw then, no answer among those not determined; how they stand now, with all other checks and what was accepted, is on the page of all clients."
            columns={['Sweep', 'Begun', 'State', 'Clients', 'Action needed', 'Not determined', 'As agreed', 'Changes']}
            rows={sweeps.map(renderSweep)}
            empty="There is no sweep yet."
          />
        </div>
        {work && <h2>Coordinators and workers</h2>}
        {work && <WorkPart status={work} />}
        <h2>Messages</h2>
        <div data-part="messages">
          <p>
            {alerts === null ? 'There is no alert configuration: nobody is told of changes. ' : ''}
            {renderCount(messages.waiting, 'message')} to be sent, {messages.held} waiting for the end of a sweep,{' '}
            {messages.failed} given up.
          </p>
          <Table
            caption="Given up, the newest first"
            columns={['Channel', 'Made', 'Tries', 'Why']}
            rows={failed.map(({ channel, createdAt, attempts, error }) => [
              channel,
              <Time at={createdAt} />,
              String(attempts),
              error,
            ])}
            empty=""
          />
          {messages.failed > 0 && (
            <form method="post" action="/operator/messages/retry">
              <button>Send what was given up again</button>
            </form>
          )}
        </div>
        <h2>Store</h2>
        <dl>
          <dt>{database === null ? 'File' : 'Database'}</dt>
          <dd>{database ?? basename(size.path)}</dd>
          <dt>Size</dt>
          <dd>{(size.bytes / 1_000_000).toFixed(1)} MB</dd>
          <dt>Checks from</dt>
          <dd>
            <Time at={size.oldest} /> to <Time at={size.newest} />
          </dd>
          <dt>Checks</dt>
          <dd>{size.results}</dd>
          <dt>Protected against later changes</dt>
          <dd>
            {renderCount(size.chains.records, 'record')} of {renderCount(size.chains.clients, 'client')}
          </dd>
        </dl>
      </>
    );
    return sendPage(reply, draw(request, { title: 'Operator', isWide: true, live: { path: '/live' }, children }));
  });

  const retry = { schema: { hide: true }, config: { needs: 'admin' } } as const;
  app.post('/operator/messages/retry', retry, async (_request, reply) => {
    await store.messages.retryFailed(now());
    return goTo(reply, '/operator');
  });
}

function renderSweep({
  id,
  startedAt,
  finishedAt,
  state,
  inventory,
  invite,
  clients,
  remaining,
  verdicts,
  changes,
}: Sweep & SweepCounts) {
  const took = finishedAt === null ? '' : `, took ${renderDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  return [
    `${id}, ${invite === null ? basename(inventory) : 'checked from the site'}`,
    <Time at={startedAt} />,
    { finished: `finished${took}`, interrupted: `cut off with ${remaining} left`, running: `${remaining} left` }[state],
    String(clients),
    String(verdicts.violation),
    String(verdicts.inconclusive),
    String(verdicts.compliant),
    String(changes),
  ];
}
