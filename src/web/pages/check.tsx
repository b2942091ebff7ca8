import * as z from 'zod';
import { DEFAULT_PROFILE, listProfiles } from '../../files/profiles/profile.js';
import { InputError } from '../../files/text/input-error.js';
import type { ServerApp } from '../../server/create-server.js';
import { readViewer } from '../access/viewer.js';
import { checkAddress } from '../checks/check-address.js';
import { ChecksBusy } from '../checks/checks.js';
import { goTo, sendPage } from '../kit/answer.js';
import { Field, Notice, Table, Time } from '../kit/elements.js';
import { hidePaths } from '../kit/hide-paths.js';
import type { PageContext } from '../serve-context.js';

const formSchema = z.object({
  target: z.string().max(256),
  profile: z.string().max(64),
  by: z.string().max(256),
});
type Form = z.infer<typeof formSchema>;

/** Earlier checks that are listed. */
const ROWS = 20;

/** Adds the page where an address is given and checked at once. */
export function addCheckPage(app: ServerApp, context: PageContext): void {
  const { checks, files, figures, draw } = context;
  const needs = { config: { needs: 'operator' } } as const;

  const drawForm = async (request: Parameters<typeof draw>[0], form: Form | null, problem: string | null) => {
    const profiles = await listProfiles();
    const children = (
      <>
        {problem !== null && (
          <Notice tone="bad">
            <p class="error">{problem}</p>
          </Notice>
        )}
        <form method="post" action="/check">
          <Field
            id="target"
            label="Address or name"
            hint="The public address of the site, such as 203.0.113.7. Only probes that cannot do harm are sent."
          >
            <input id="target" name="target" required value={form?.target} aria-describedby="target-hint" autofocus />
          </Field>
          <fieldset>
            <legend>What may be reached there?</legend>
            {profiles.map(({ name, title }) => (
              <label key={name} class="check">
                <input type="radio" name="profile" value={name} checked={name === (form?.profile ?? DEFAULT_PROFILE)} />
                <span>
                  {title} <span class="soft">({name})</span>
                </span>
              </label>
            ))}
          </fieldset>
          <Field
            id="by"
            label="Who allowed this check?"
            hint="A person and a reference, such as a ticket: the report records it."
          >
            <input id="by" name="by" required value={form?.by} aria-describedby="by-hint" />
          </Field>
          <p>
            <button>Check now</button>
          </p>
        </form>
        <h2>Earlier checks</h2>
        <Table
          caption="Since the server was started, the newest first"
          columns={['Begun', 'What', 'Asked for by', 'Result']}
          rows={checks
            .list()
            .slice(0, ROWS)
            .map(({ id, title, startedAt, by, state, verdict }) => [
              <Time at={startedAt} />,
              <a href={`/checks/${id}`}>{title}</a>,
              by,
              verdict ?? state,
            ])}
          empty="None yet."
        />
      </>
    );
    return draw(request, { title: 'Check an address', children });
  };

  app.get('/check', { schema: { hide: true }, ...needs }, async (request, reply) =>
    sendPage(reply, await drawForm(request, null, null)),
  );

  app.post('/check', { schema: { hide: true, body: formSchema }, ...needs }, async (request, reply) => {
    const form = request.body;
    try {
      const asked = { target: form.target.trim(), profile: form.profile, authorizedBy: form.by };
      if (form.by.trim() === '') throw new InputError('say who allowed this check');
      const work = await checkAddress(asked, { files, figures });
      const { id } = checks.begin({ title: asked.target, client: null, by: readViewer(request).name }, work);
      return goTo(reply, `/checks/${id}`);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof ChecksBusy)) throw error;
      return sendPage(
        reply,
        await drawForm(request, form, hidePaths(error.message, [files.inventory])),
        error instanceof ChecksBusy ? 503 : 400,
      );
    }
  });
}
