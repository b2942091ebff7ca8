import type { FastifyRequest } from 'fastify';
import { roleAllows } from '../../model/access-role.js';
import { describeHandover } from '../../reports/document/handover-document.js';
import type { ServerApp } from '../../server/create-server.js';
import { readViewer } from '../access/viewer.js';
import { sendPage } from '../kit/answer.js';
import { Blocks, Notice, Unchecked } from '../kit/elements.js';
import type { PageContent } from '../kit/page.js';
import type { PageContext } from '../serve-context.js';
import { addClientCheck, CheckNow } from './client-check.js';
import { addClientChecklist, readChecklistPart } from './client-checklist.js';
import { readDone } from './client-done.js';
import { addClientEdit } from './client-edit.js';
import { addClientInvite, readInvitePart } from './client-invite.js';
import { addClientLinks, readLinksPart } from './client-links.js';
import { addClientReports, readReportsPart } from './client-reports.js';
import { addClientWaivers, readWaiversPart } from './client-waivers.js';
import { describeSchedule } from '../../words/schedule.js';
import { type ClientView, pathOf, readClient, readId } from './read-client.js';
import { type RefusedForm, RefusedNotice, type RefuseForm } from './refused-form.js';

/** Adds the page of a client, and what its forms do. */
export function addClientPages(app: ServerApp, context: PageContext): void {
  app.get('/clients/:id', { schema: { hide: true } }, async (request, reply) => {
    const view = await readClient(context, readId(request));
    return sendPage(reply, context.draw(request, await drawClient(context, request, view, null)));
  });
  const refuse: RefuseForm = async (request, reply, refused) => {
    const view = await readClient(context, readId(request));
    return sendPage(reply, context.draw(request, await drawClient(context, request, view, refused)), 400);
  };
  addClientCheck(app, context);
  addClientReports(app, context);
  addClientWaivers(app, context, refuse);
  addClientChecklist(app, context, refuse);
  addClientLinks(app, context);
  addClientInvite(app, context, refuse);
  addClientEdit(app, context);
}

async function drawClient(
  context: PageContext,
  request: FastifyRequest,
  view: ClientView,
  refused: RefusedForm | null,
): Promise<PageContent> {
  const viewer = readViewer(request);
  const mayOperate = roleAllows(viewer.role, 'operator');
  const said = readDone(request);
  const running = context.checks.list().find((check) => check.client === view.id && check.state === 'running');
  return {
    title: view.name,
    // What answers a form cannot be asked for again.
    ...(!refused && { live: { path: '/live' } }),
    children: (
      <>
        <p class="subject">{describeEntry(view)}</p>
        {refused && <RefusedNotice refused={refused} />}
        {said !== null && <Notice tone="good">{said}</Notice>}
        <div class="row">
          {mayOperate && view.entry && <CheckNow view={view} running={running?.id ?? null} />}
          {view.handover && (
            <a class="button quiet" href="#reports">
              Reports
            </a>
          )}
          <a class="button quiet" href="#waivers">
            Accepted findings
          </a>
          {mayOperate && view.handover && (
            <a class="button quiet" href="#links">
              Links for the customer
            </a>
          )}
          <a class="button quiet" href="#checklist">
            Checklist
          </a>
          {roleAllows(viewer.role, 'admin') && view.entry && (
            <a class="button quiet" href={`${pathOf(view.id)}/edit`}>
              Edit
            </a>
          )}
        </div>
        <div data-part="report">
          <Standing view={view} />
          {view.handover && <Blocks blocks={describeHandover(view.handover).blocks} />}
        </div>
        {view.handover && (await readReportsPart(context, view, mayOperate))}
        {await readWaiversPart(context, view, mayOperate, refused)}
        {mayOperate && view.handover && (await readLinksPart(context, view))}
        {mayOperate && (await readInvitePart(context, view, refused))}
        {await readChecklistPart(context, view, mayOperate ? viewer.name : null, refused)}
      </>
    ),
  };
}

function describeEntry({ id, entry }: ClientView): string {
  if (!entry) return id;
  const { addresses, group, schedule, tags } = entry;
  const parts = [
    id,
    addresses.join(', '),
    ...(group === null ? [] : [`group ${group}`]),
    ...(tags.length > 0 ? [tags.join(', ')] : []),
    schedule === null ? 'no schedule' : `checked ${describeSchedule(schedule)} (${entry.timeZone})`,
  ];
  return parts.join(' · ');
}

/** What keeps a report from being how things are now. */
function Standing({ view: { id, handover, problem, unchecked, entry, retired } }: { readonly view: ClientView }) {
  const removed = entry ? unchecked.filter(({ why }) => why === 'gone') : [];
  return (
    <>
      {problem !== null && <Notice tone="unsure">Not checked: {problem}.</Notice>}
      {handover && <Unchecked places={unchecked.filter(({ reason }) => reason !== problem)} />}
      {removed.map(({ slot }) => (
        <Notice key={slot} tone="plain">
          {slot} stays listed as it was last seen until it is retired:{' '}
          <code>{`sallyport client retire ${id} ${slot}`}</code>
        </Notice>
      ))}
      {!handover && (
        <Notice tone="unsure">
          {problem === null
            ? 'Nothing is known yet: no check of this client has been stored.'
            : 'Nothing is known of this client.'}
        </Notice>
      )}
      {retired.length > 0 && (
        <Notice tone="plain">
          {retired.map(({ slot, at }) => `${slot} was retired on ${at.slice(0, 10)}`).join('; ')}: listed no longer.
          {entry ? '' : ' Its history is kept.'}
        </Notice>
      )}
    </>
  );
}
