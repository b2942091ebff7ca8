import type { ServerApp } from '../../server/create-server.js';
import { sendPage } from '../kit/answer.js';
import type { PageContext } from '../serve-context.js';

/** Adds the page of all clients. */
export function addFleetPage(app: ServerApp, context: PageContext): void {
  app.get('/', { schema: { hide: true } }, (request, reply) =>
    sendPage(reply, context.draw(request, { title: 'Clients', isWide: true, live: '/live', children: <p>soon</p> })),
  );
}
