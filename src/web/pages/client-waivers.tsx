import * as z from 'zod';
import { formatDay } from '../../files/text/day.js';
import { InputError } from '../../files/text/input-error.js';
import { grantWaiver, isWaivable, LONGEST_WAIVER, readWaiver } from '../../fleet/waivers/grant-waiver.js';
import type { Waiver } from '../../model/change.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { goTo } from '../kit/answer.js';
import { Field, Table } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { afterForm } from './client-done.js';
import { type ClientView, pathOf, readId } from './read-client.js';
import { readRefused, type RefusedForm, type RefuseForm } from './refused-form.js';

const LABELS = { by: 'Who accepts it', reason: 'Why', until: 'Last day' };

const waiveSchema = z.object({
  /** Rule and endpoint, with a space between. */
  finding: z.string().max(128),
  by: z.string().max(256),
  reason: z.string().max(2_048),
  until: z.string().max(64),
});

/** Adds what accepts a finding of a client, and what takes that back. */
export function addClientWaivers(app: ServerApp, { store, now }: PageContext, refuse: RefuseForm): void {
  const operator = { config: { needs: 'operator' } } as const;

  app.post(
    '/clients/:id/waivers',
    { ...operator, schema: { hide: true, body: waiveSchema } },
    async (request, reply) => {
      const id = readId(request);
      const { finding, by, reason, until } = request.body;
      const [rule = '', endpoint] = finding.split(' ', 2);
      try {
        const wanted = readWaiver({ clientId: id, rule, endpoint, by, reason, until }, LABELS, now());
        const { isFound, others } = await grantWaiver(store, wanted, now());
        const done = !isFound ? 'accepted-unfound' : others.length > 0 ? 'accepted-again' : 'accepted';
        return goTo(reply, afterForm(id, done, 'waivers'));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return await refuse(request, reply, { part: 'waivers', values: request.body, error });
      }
    },
  );

  app.post('/clients/:id/waivers/:number/end', { ...operator, schema: { hide: true } }, async (request, reply) => {
    const { id, number } = request.params as { id: string; number: string };
    const isOwn = (await store.listWaivers(id)).some((waiver) => String(waiver.id) === number);
    if (!isOwn || !(await store.revokeWaiver(Number(number))))
      throw new Refusal(404, 'not-found', 'there is no such acceptance any more');
    return goTo(reply, afterForm(id, 'revoked', 'waivers'));
  });
}

/** The part of a client's page of what was accepted, with the forms for it. */
export async function readWaiversPart(
  { store, now }: PageContext,
  view: ClientView,
  mayOperate: boolean,
  refused: RefusedForm | null,
) {
  const waivers = await store.listWaivers(view.id);
  const findings = mayOperate ? listAcceptable(view) : [];
  return (
    <section id="waivers" aria-labelledby="waivers-title">
      <h2 id="waivers-title">Accepted findings</h2>
      <div data-part="waivers">
        <WaiverTable view={view} waivers={waivers} today={formatDay(now())} mayOperate={mayOperate} />
      </div>
      {findings.length > 0 && <WaiveForm view={view} findings={findings} refused={refused} />}
    </section>
  );
}

function WaiverTable({
  view,
  waivers,
  today,
  mayOperate,
}: {
  readonly view: ClientView;
  readonly waivers: readonly Waiver[];
  readonly today: string;
  readonly mayOperate: boolean;
}) {
  const rows = waivers.map((waiver) => {
    const { id, rule, endpoint, by, reason, until, severity, identity } = waiver;
    const limits = [
      ...(severity === null ? [] : [`up to ${severity}`]),
      ...(identity === null ? [] : [`only for “${identity}”`]),
    ];
    return [
      rule,
      endpoint ?? 'anywhere',
      `${by}: ${reason}`,
      <>
        {until}
        {until < today && <strong> (over)</strong>}
        {limits.length > 0 && <span class="soft"> {limits.join(', ')}</span>}
      </>,
      ...(mayOperate
        ? [
            <form method="post" action={`${pathOf(view.id)}/waivers/${id}/end`}>
              <button class="quiet" aria-label={`End the acceptance of ${rule} ${endpoint ?? 'anywhere'}`}>
                End
              </button>
            </form>,
          ]
        : []),
    ];
  });
  const columns = ['Rule', 'Where', 'By whom and why', 'Until', ...(mayOperate ? ['End it'] : [])];
  return (
    <Table caption="What was accepted at this client" columns={columns} rows={rows} empty="Nothing was accepted." />
  );
}

interface Acceptable {
  readonly value: string;
  readonly title: string;
}

/** What stands at a client and can be accepted. */
function listAcceptable({ handover }: ClientView): readonly Acceptable[] {
  const found = (handover?.addresses ?? []).flatMap(({ report }) => report.findings);
  const open = found.filter(({ rule, effect, waiver }) => effect !== 'note' && !waiver && isWaivable(rule));
  const listed = open.map(
    ({ rule, endpoint, title }) => [endpoint === null ? rule : `${rule} ${endpoint}`, title] as const,
  );
  return [...new Map(listed)].map(([value, title]) => ({ value, title }));
}

function WaiveForm({
  view,
  findings,
  refused,
}: {
  readonly view: ClientView;
  readonly findings: readonly Acceptable[];
  readonly refused: RefusedForm | null;
}) {
  const { isRefused, values, problemOf, marksOf } = readRefused('waivers', refused);
  return (
    <details open={isRefused}>
      <summary>Accept a finding for a time</summary>
      <form method="post" action={`${pathOf(view.id)}/waivers`}>
        <Field id="finding" label="Finding">
          <select id="finding" name="finding">
            {findings.map(({ value, title }) => (
              <option key={value} value={value} selected={value === values['finding']}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <Field id="by" label={LABELS.by} error={problemOf('by')}>
          <input
            id="by"
            name="by"
            required
            maxLength={LONGEST_WAIVER.by}
            value={values['by']}
            autocomplete="name"
            {...marksOf('by', 'by')}
          />
        </Field>
        <Field id="reason" label={LABELS.reason} error={problemOf('reason')}>
          <input
            id="reason"
            name="reason"
            required
            maxLength={LONGEST_WAIVER.reason}
            value={values['reason']}
            {...marksOf('reason', 'reason')}
          />
        </Field>
        <Field id="until" label={LABELS.until} hint="A day, UTC, at most two years ahead" error={problemOf('until')}>
          <input
            id="until"
            name="until"
            type="date"
            required
            value={values['until']}
            {...marksOf('until', 'until', 'until-hint')}
          />
        </Field>
        <p>
          <button>Accept</button>
        </p>
      </form>
    </details>
  );
}
