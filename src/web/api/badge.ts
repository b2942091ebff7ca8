import * as z from 'zod';
import { readStandings } from '../../fleet/sweep/page-clients.js';
import { staleBefore } from '../../model/not-checked.js';
import { type Listed, worstListed } from '../../model/standing.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { renderDuration } from '../../words/time.js';
import { findEntry } from '../pages/read-client.js';
import type { PageContext } from '../serve-context.js';
import { asText, BUSY, describeRoute, MISSING } from './describe.js';
import { oldestSeen } from './probe.js';

/** How a verdict is drawn: a word, a shape in a square of 20 and a colour that white can be read on. */
interface Look {
  readonly word: string;
  readonly colour: string;
  readonly shape: string;
}

const VIOLATION: Look = { word: 'violation', colour: '#b3261e', shape: 'M10 4 17 16H3Z' };
const COMPLIANT: Look = { word: 'compliant', colour: '#1b6e3c', shape: 'M4 10 8 14.5 16 5.5 17.5 7 8 17.5 2.5 11.5Z' };
/** Whatever is not known to be well is not shown as if it were. */
const UNKNOWN: Look = { word: 'not known', colour: '#5c6670', shape: 'M3 8.5H17V11.5H3Z' };

const LOOKS: Partial<Record<Listed, Look>> = { violation: VIOLATION, compliant: COMPLIANT };

/** Width of a character of 11 px, wide enough for any of ours. */
const CHARACTER = 6.6;

/** GET /badge/CLIENT.svg: how a client stands, as a picture. */
export function addBadge(api: ServerApp, { store, files, now }: PageContext): void {
  const schema = {
    ...describeRoute('How a client stands, as a picture: grey unless it is known', {
      200: asText('A picture', 'image/svg+xml'),
      ...MISSING,
      ...BUSY,
    }),
    params: z.object({
      file: z
        .string()
        .max(68)
        .regex(/^.+\.svg$/, 'expected the id of a client, and .svg'),
    }),
  };
  api.get('/badge/:file', { schema }, async ({ params: { file } }, reply) => {
    const id = file.slice(0, -'.svg'.length);
    const at = now();
    const standings = await readStandings(store, { ids: [id] }, { now: at, staleBefore: staleBefore(at) });
    const isKnown = standings.length > 0 || (await findEntry({ files }, id)) !== null;
    if (!isKnown) throw new Refusal(404, 'not-found', `there is no client "${id}"`);
    const seen = oldestSeen(standings);
    const age = seen === null ? 'never checked' : `${renderDuration(Math.max(0, at.getTime() - seen))} ago`;
    return reply.type('image/svg+xml; charset=utf-8').send(drawBadge(LOOKS[worstListed(standings)] ?? UNKNOWN, age));
  });
}

/** Draws the picture; nothing that someone else wrote is in it. */
function drawBadge({ word, colour, shape }: Look, age: string): string {
  const text = `${word}, ${age}`;
  const width = Math.ceil(28 + text.length * CHARACTER);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${text}">`,
    `<title>${text}</title><rect width="${width}" height="20" rx="3" fill="${colour}"/>`,
    `<path d="${shape}" fill="#fff"/>`,
    `<text x="24" y="14" fill="#fff" font-family="sans-serif" font-size="11">${text}</text></svg>\n`,
  ].join('');
}
