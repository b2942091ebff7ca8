import type { ServerApp } from '../../server/create-server.js';
import { sendEvents, type StreamEvent } from '../../server/event-stream.js';
import { versionOf } from '../checks/checks.js';
import type { PageContext } from '../serve-context.js';
import { setPolicy } from '../kit/policy.js';
import { follow } from './follow.js';

/** A stream ends after so long, s; the browser begins another. */
const STREAM_SECONDS = 3_600;

/** Adds the streams of events that keep pages up to date: how things are, and how a check goes on. */
export function addLiveRoute(app: ServerApp, context: PageContext): void {
  const { live, checks, limits, ending, onTrouble } = context;
  const stream = { ...limits, seconds: STREAM_SECONDS, ending, onTrouble };

  app.get('/live', { schema: { hide: true } }, async (_request, reply) => {
    setPolicy(reply);
    await sendEvents(reply, {
      ...stream,
      work: (signal) => follow((onChange) => live.listen((state) => onChange({ event: 'state', data: state })), signal),
    });
  });

  app.get('/checks/:id/live', { schema: { hide: true } }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const state = (): StreamEvent => {
      const check = checks.get(id);
      return { event: 'state', data: { version: check ? versionOf(check) : 'gone', sweeps: [] } };
    };
    setPolicy(reply);
    await sendEvents(reply, {
      ...stream,
      work: (signal) =>
        follow((onChange) => {
          onChange(state());
          return checks.listen(id, () => onChange(state()));
        }, signal),
    });
  });
}
