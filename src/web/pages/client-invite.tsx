import * as z from 'zod';
import { chooseSource } from '../../check/run/run-options.js';
import { InputError } from '../../files/text/input-error.js';
import { createProfileLoader } from '../../files/profiles/profile.js';
import { formatAddress, parseAddress } from '../../model/address.js';
import type { Client } from '../../model/client.js';
import type { MadeCodeState } from '../../model/invite.js';
import { standingOf } from '../../model/standing.js';
import { MOST_EXPECTED } from '../../model/vantage-api.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { readViewer } from '../access/viewer.js';
import { goTo, sendPage } from '../kit/answer.js';
import { Field, Notice, StandingTag, Table, Time } from '../kit/elements.js';
import type { PageContext } from '../serve-context.js';
import { type ClientView, pathOf, readClient, readId } from './read-client.js';
import { readRefused, type RefusedForm, type RefuseForm } from './refused-form.js';

/** Checks from the site among which those of the codes are looked for. */
const MOST_CHECKS = 100;

/** For how many hours a code can be made. */
const HOURS = [1, 24, 168] as const;
const HOURS_WORDS: Readonly<Record<(typeof HOURS)[number], string>> = { 1: 'an hour', 24: 'a day', 168: 'a week' };

const inviteSchema = z.object({ hours: z.enum(HOURS.map(String)).transform(Number) });

/** Adds what makes a code with which someone at the client has its line checked, once, without signing in. */
export function addClientInvite(app: ServerApp, context: PageContext, refuse: RefuseForm): void {
  const { invites, now, draw } = context;
  if (!invites) return;
  const schema = { hide: true, body: inviteSchema };
  app.post('/clients/:id/invites', { schema, config: { needs: 'operator' } }, async (request, reply) => {
    const { id, name, entry } = await readClient(context, readId(request));
    if (!entry) throw new Refusal(409, 'conflict', `${id} is not in the inventory, so nothing was agreed for it`);
    const wanted = { client: id, ...(await readAgreed(entry)), createdBy: readViewer(request).name };
    const { hours } = request.body;
    try {
      const { code, expiresAt } = await invites.make(wanted, hours * 3_600, now());
      const children = <NewCode {...{ id, name, code, expiresAt, page: invites.page }} />;
      return sendPage(reply, draw(request, { title: `A code for ${name}`, children }));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return await refuse(request, reply, { part: 'invite', values: { hours: String(hours) }, error });
    }
  });

  // Where the page of a new code is loaded again by its address.
  app.get('/clients/:id/invites', { schema: { hide: true } }, (request, reply) =>
    goTo(reply, `${pathOf(readId(request))}#invite`),
  );
}

/** What was agreed with a client, as an invite keeps it: its profile, for an outsider, and the addresses that it has. */
async function readAgreed(client: Client) {
  const profile = await createProfileLoader()(client);
  const known = client.addresses.flatMap((text) => {
    const address = parseAddress(text);
    return address ? [formatAddress(address)] : [];
  });
  return {
    profile: { ...profile, file: null },
    // The vantage is no provider's and no dealer's office.
    source: chooseSource(profile, null),
    addresses: known.length === client.addresses.length ? known.slice(0, MOST_EXPECTED) : [],
  };
}

function NewCode(props: {
  readonly id: string;
  readonly name: string;
  readonly code: string;
  readonly expiresAt: string;
  readonly page: string | null;
}) {
  const { id, name, code, expiresAt, page } = props;
  return (
    <>
      <Notice tone="good">This code is shown once, now. It can be used once.</Notice>
      <p class="code">{code}</p>
      <p>
        At the site, on a device that uses its line, open{' '}
        {page === null ? 'the page of your vantage server' : <a href={page}>{page}</a>} and give the code. It is valid
        until <Time at={expiresAt} />.
      </p>
      <p>
        <a href={`${pathOf(id)}#invite`}>Back to {name}</a>
      </p>
    </>
  );
}

/** Codes of a client that are listed. */
const ROWS = 10;

const STATE_WORDS: Readonly<Record<MadeCodeState, string>> = {
  open: 'not used yet',
  expired: 'expired, not used',
  used: 'used, no result so far',
  reported: 'used',
  forgotten: 'not known any more where it was made: whether it was used cannot be told',
};

/** The part of a client's page that makes codes, and tells what became of them; nothing without a vantage server. */
export async function readInvitePart(
  { invites, store, now }: PageContext,
  view: ClientView,
  refused: RefusedForm | null,
) {
  if (!invites || !view.entry) return null;
  const { values } = readRefused('invite', refused);
  const codes = await store.codes.list(view.id, ROWS);
  const checks = await store.listInvitedChecks(view.id, MOST_CHECKS);
  const looks = await store.listSiteLooks(
    view.id,
    codes.map(({ invite }) => invite),
  );
  const resultOf = (invite: string) => {
    const look = looks.find((one) => one.invite === invite);
    if (look) return <StandingTag standing={look.verdict} />;
    const check = checks.find((one) => one.invite === invite);
    return check ? <StandingTag standing={standingOf(check.report)} /> : '–';
  };
  return (
    <section id="invite" aria-labelledby="invite-title">
      <h2 id="invite-title">Check from the site</h2>
      <p>Someone at the site gives a code on a page, and the line that they use is checked. Nothing is installed.</p>
      <form method="post" action={`${pathOf(view.id)}/invites`}>
        <Field id="hours" label="The code is valid for">
          <select id="hours" name="hours">
            {HOURS.map((hours) => (
              <option key={hours} value={hours} selected={String(hours) === (values['hours'] ?? '24')}>
                {HOURS_WORDS[hours]}
              </option>
            ))}
          </select>
        </Field>
        <p>
          <button>Make a code</button>
        </p>
      </form>
      <div data-part="codes">
        {invites.problem !== null && (
          <Notice tone="unsure">What became of codes could not be asked: {invites.problem}.</Notice>
        )}
        {codes.length > 0 && (
          <Table
            caption="Codes that were made here, the newest first"
            columns={['Made', 'By', 'State', 'Valid until', 'Result']}
            rows={codes.map(({ invite, by, state, createdAt, expiresAt }) => [
              <Time at={createdAt} />,
              by,
              state === 'open' && expiresAt <= now().toISOString()
                ? 'expired, not known to be used'
                : STATE_WORDS[state],
              <Time at={expiresAt} />,
              resultOf(invite),
            ])}
            empty=""
          />
        )}
      </div>
    </section>
  );
}
