import type { FastifyRequest } from 'fastify';
import { renderToString } from 'preact-render-to-string';
import type { ServerApp } from '../../server/create-server.js';
import { isStillKnown } from '../access/recognise.js';
import { sendEvents, type StreamEvent } from '../../server/event-stream.js';
import { versionOf } from '../checks/checks.js';
import type { PageContext } from '../serve-context.js';
import { setPolicy } from '../kit/policy.js';
import { follow } from './follow.js';
import type { LiveState } from './live-feed.js';
import { RefreshPace } from './refresh-pace.js';
import { SweepsUnderWay } from './sweeps-under-way.js';

/** A stream ends after so long, s; the browser begins another. */
const STREAM_SECONDS = 3_600;

/** Adds the streams of events that keep pages up to date: how things are, and how a check goes on. */
export function addLiveRoute(app: ServerApp, context: PageContext): void {
  const { access, live, checks, limits, ending, onTrouble } = context;
  const stream = (request: FastifyRequest) => {
    const mayRead = (): boolean => isStillKnown(request, access);
    return { ...limits, seconds: STREAM_SECONDS, ending, onTrouble, mayRead };
  };
  const pace = new RefreshPace();
  app.addHook('onResponse', (_request, reply, done) => {
    if (String(reply.getHeader('content-type')).startsWith('text/html')) pace.note(reply.elapsedTime);
    done();
  });
  // Far more often than a page as a whole can be, how far sweeps are is brought up to date by what is told itself.
  const told = new WeakMap<LiveState, StreamEvent>();
  const tell = (state: LiveState): StreamEvent => {
    const known = told.get(state);
    if (known) return known;
    const { version, sweeps } = state;
    const html = renderToString(<SweepsUnderWay sweeps={sweeps} />);
    const event = { event: 'state', data: { version, html, gapMs: pace.gapMs(live.listeners) } };
    told.set(state, event);
    return event;
  };

  app.get('/live', { schema: { hide: true }, exposeHeadRoute: false }, async (request, reply) => {
    setPolicy(reply);
    await sendEvents(reply, {
      ...stream(request),
      work: (signal) => follow((onChange) => live.listen((state) => onChange(tell(state))), signal),
    });
  });

  app.get('/checks/:id/live', { schema: { hide: true }, exposeHeadRoute: false }, async (request, reply) => {
    const { id } = request.params as { id: string };
    const state = (): StreamEvent => {
      const check = checks.get(id);
      return { event: 'state', data: { version: check ? versionOf(check) : 'gone' } };
    };
    setPolicy(reply);
    await sendEvents(reply, {
      ...stream(request),
      work: (signal) =>
        follow((onChange) => {
          onChange(state());
          return checks.listen(id, () => onChange(state()));
        }, signal),
    });
  });
}
