import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { readViewer } from '../access/viewer.js';
import { checkClient } from '../checks/check-client.js';
import { ChecksBusy } from '../checks/checks.js';
import { goTo } from '../kit/answer.js';
import type { PageContext } from '../serve-context.js';
import { type ClientView, findEntry, pathOf, readId } from './read-client.js';

/** Adds what has a client checked now. */
export function addClientCheck(app: ServerApp, context: PageContext): void {
  const { checks, store, files, figures, now } = context;
  app.post('/clients/:id/check', { schema: { hide: true }, config: { needs: 'operator' } }, async (request, reply) => {
    const client = await findEntry(context, readId(request));
    if (!client) throw new Refusal(404, 'not-found', 'the inventory does not have this client, so it is not checked');
    const work = checkClient(client, { store, files, figures, now: now() });
    try {
      const check = checks.begin({ title: client.name, client: client.id, by: readViewer(request).name }, work);
      return goTo(reply, `/checks/${check.id}`);
    } catch (error) {
      throw error instanceof ChecksBusy ? new Refusal(503, 'busy', error.message, 30) : error;
    }
  });
}

/** The button that has a client checked; a link where that is under way. */
export function CheckNow({ view, running }: { readonly view: ClientView; readonly running: string | null }) {
  if (running !== null)
    return (
      <a class="button" href={`/checks/${running}`}>
        A check is under way
      </a>
    );
  return (
    <form method="post" action={`${pathOf(view.id)}/check`}>
      <button disabled={view.problem !== null}>Check now</button>
    </form>
  );
}
