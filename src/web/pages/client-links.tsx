import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { hashToken } from '../../files/server/token-file.js';
import type { SharedLink } from '../../model/shared-link.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { readViewer } from '../access/viewer.js';
import { goTo, sendPage } from '../kit/answer.js';
import { Field, Notice, Table, Time } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { afterForm } from './client-done.js';
import { type ClientView, pathOf, readClient, readId } from './read-client.js';

/** For how many days a link can be made. */
const DAYS = [7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;
const LONGEST_NOTE = 128;

/** Links of one client that are not expired: more are a mistake, or worse. */
const MOST_LINKS = 50;

const linkSchema = z.object({
  days: z.enum(DAYS.map(String)).transform(Number),
  note: z.string().trim().max(LONGEST_NOTE).default(''),
});

/** Adds what makes links to a client's report for those who do not sign in, and takes them back. */
export function addClientLinks(app: ServerApp, context: PageContext): void {
  const { store, now, draw } = context;
  const operator = { config: { needs: 'operator' } } as const;

  app.post('/clients/:id/links', { ...operator, schema: { hide: true, body: linkSchema } }, async (request, reply) => {
    const { id, name } = await readClient(context, readId(request));
    const { days, note } = request.body;
    const at = now();
    const valid = (await store.links.list(id)).filter(({ expiresAt }) => new Date(expiresAt) > at);
    if (valid.length >= MOST_LINKS)
      throw new Refusal(409, 'conflict', `this client has ${MOST_LINKS} links already: take some back first`);
    const secret = randomBytes(24).toString('base64url');
    const expiresAt = new Date(at.getTime() + days * DAY_MS).toISOString();
    const link = { clientId: id, by: readViewer(request).name, note, createdAt: at.toISOString(), expiresAt };
    await store.links.add({ ...link, hash: hashToken(secret) });
    const url = `${request.protocol}://${request.host}/shared/${secret}`;
    return sendPage(
      reply,
      draw(request, { title: 'A link for the customer', children: <NewLink id={id} {...{ name, url, expiresAt }} /> }),
    );
  });

  // Where the page of a new link is loaded again by its address.
  app.get('/clients/:id/links', { schema: { hide: true } }, (request, reply) =>
    goTo(reply, `${pathOf(readId(request))}#links`),
  );

  app.post('/clients/:id/links/:number/end', { ...operator, schema: { hide: true } }, async (request, reply) => {
    const { id, number } = request.params as { id: string; number: string };
    if (!/^\d{1,15}$/.test(number) || !(await store.links.revoke(id, Number(number))))
      throw new Refusal(404, 'not-found', 'there is no such link any more');
    return goTo(reply, afterForm(id, 'unshared', 'links'));
  });
}

function NewLink({
  id,
  name,
  url,
  expiresAt,
}: {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly expiresAt: string;
}) {
  return (
    <>
      <Notice tone="good">This link is shown once, now. Anyone who has it can read the report of {name}.</Notice>
      <Field id="url" label="Link" hint="Copy it into a mail to the customer.">
        <input id="url" readOnly value={url} autofocus aria-describedby="url-hint" />
      </Field>
      <p>
        <a href={url}>{url}</a>
      </p>
      <p>
        It expires on <Time at={expiresAt} />.
      </p>
      <p>
        <a href={`${pathOf(id)}#links`}>Back to {name}</a>
      </p>
    </>
  );
}

/** The part of a client's page of its links. */
export async function readLinksPart({ store, now }: PageContext, view: ClientView) {
  const links = await store.links.list(view.id);
  return (
    <section id="links" aria-labelledby="links-title">
      <h2 id="links-title">Links for the customer</h2>
      <div data-part="links">
        <LinkTable view={view} links={links} now={now()} />
      </div>
      <details>
        <summary>Make a link</summary>
        <form method="post" action={`${pathOf(view.id)}/links`}>
          <p class="hint">
            Anyone who has the link reads this client’s newest report without signing in, and nothing else.
          </p>
          <Field id="note" label="For whom">
            <input id="note" name="note" maxLength={LONGEST_NOTE} />
          </Field>
          <Field id="days" label="Valid for">
            <select id="days" name="days">
              {DAYS.map((days) => (
                <option key={days} value={days} selected={days === 30}>
                  {days} days
                </option>
              ))}
            </select>
          </Field>
          <p>
            <button>Make a link</button>
          </p>
        </form>
      </details>
    </section>
  );
}

function LinkTable({
  view,
  links,
  now,
}: {
  readonly view: ClientView;
  readonly links: readonly SharedLink[];
  readonly now: Date;
}) {
  const rows = links.map(({ id, by, note, createdAt, expiresAt }) => [
    note || <span class="soft">not noted</span>,
    by,
    <Time at={createdAt} />,
    <>
      <Time at={expiresAt} />
      {new Date(expiresAt) <= now && <strong> (expired)</strong>}
    </>,
    <form method="post" action={`${pathOf(view.id)}/links/${id}/end`}>
      <button class="quiet" aria-label={`Take back the link ${note} of ${createdAt.slice(0, 10)}`}>
        Take back
      </button>
    </form>,
  ]);
  const columns = ['For whom', 'Made by', 'Made', 'Expires', 'Take it back'];
  return <Table caption="Links to this client’s report" columns={columns} rows={rows} empty="There is no link." />;
}
