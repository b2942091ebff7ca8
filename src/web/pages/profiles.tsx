import * as z from 'zod';
import { explainProfile } from '../../files/profiles/explain-profile.js';
import { listProfiles, loadProfile } from '../../files/profiles/profile.js';
import { listShipped } from '../../files/shipped.js';
import { judgeAgain } from '../../fleet/handover/judge-again.js';
import type { Store } from '../../fleet/store/store.js';
import type { StoredReport } from '../../model/client.js';
import type { Judgement } from '../../model/judgement.js';
import { type Standing, standingOf, WORST_FIRST } from '../../model/standing.js';
import { STANDING_WORDS } from '../../reports/document/strings.js';
import type { ServerApp } from '../../server/create-server.js';
import { Refusal } from '../../server/refusal.js';
import { renderCount } from '../../words/sentence.js';
import type { DealerFiles } from '../dealer-files.js';
import { sendPage } from '../kit/answer.js';
import { Choice } from '../kit/choice.js';
import { Notice, StandingTag, Table, Time } from '../kit/elements.js';
import { oneText } from '../kit/query.js';
import type { PageContext } from '../serve-context.js';

/** Clients whose evidence is judged at once: each takes a millisecond or so. */
const MAX_CLIENTS = 500;

/** Addresses that are listed. */
const ROWS = 100;

const querySchema = z.object({ group: oneText, try: oneText });
const paramsSchema = z.object({ name: z.string().max(64) });

/** Adds the pages of profiles: what each says, and what it would say of what was seen last. */
export function addProfilePages(app: ServerApp, context: PageContext): void {
  const { store, files, now, draw } = context;

  app.get('/profiles', { schema: { hide: true } }, async (request, reply) => {
    const profiles = await listProfiles();
    const inUse = await countUses(files);
    const children = (
      <>
        <p>A profile says what may be reached at a client from outside, what must be, and from where.</p>
        <Table
          caption="Profiles that come with sallyport"
          columns={['Profile', 'What it means', 'Clients of the inventory']}
          rows={profiles.map(({ name, title }) => [
            <a href={`/profiles/${encodeURIComponent(name)}`}>{name}</a>,
            title,
            String(inUse.get(name) ?? 0),
          ])}
          empty=""
        />
      </>
    );
    return sendPage(reply, draw(request, { title: 'Profiles', children }));
  });

  const schema = { hide: true, params: paramsSchema, querystring: querySchema };
  app.get('/profiles/:name', { schema }, async (request, reply) => {
    const { name } = request.params;
    // Files of the machine are none of a visitor's affair.
    if (!(await listShipped('profile')).includes(name)) throw new Refusal(404, 'not-found', 'there is no such profile');
    const profile = await loadProfile(name);
    const { group } = request.query;
    const tried = request.query.try === undefined ? null : await tryProfile(store, files, { name, group, now: now() });
    const groups = await store.listGroups();
    const children = (
      <>
        {explainProfile(profile)
          .split('\n\n')
          .slice(1)
          .map((part) => (
            <Part key={part} text={part} />
          ))}
        <h2>What would it say of our clients?</h2>
        <p>What was seen last at each client is judged again by this profile. Nothing is sent, and nothing is kept.</p>
        <form class="filters" action={`/profiles/${encodeURIComponent(name)}`}>
          <input type="hidden" name="try" value="1" />
          {groups.length > 0 && <Choice id="group" label="Group" values={groups} chosen={group} />}
          <div>
            <button>Try it</button>
          </div>
        </form>
        {tried && <Tried {...tried} />}
      </>
    );
    return sendPage(
      reply,
      draw(request, { title: `Profile ${profile.name}: ${profile.title}`, isWide: true, children }),
    );
  });
}

/** A paragraph of an explained profile: a heading, and below it what is indented. */
function Part({ text }: { readonly text: string }) {
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0) return <p>{first}</p>;
  return (
    <>
      <h2>{first}</h2>
      {rest.map((line) =>
        line.startsWith('    ') ? <p key={line}>{line.trim()}</p> : <h3 key={line}>{line.trim()}:</h3>,
      )}
    </>
  );
}

/** How many clients of the inventory have a profile, by its name. */
async function countUses(files: DealerFiles): Promise<Map<string, number>> {
  const uses = new Map<string, number>();
  for (const { profile } of (await files.read()).inventory.clients) uses.set(profile, (uses.get(profile) ?? 0) + 1);
  return uses;
}

interface TriedProfile {
  /** What the clients are called, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly judged: readonly Judgement[];
  readonly clients: number;
  /** Clients that were left out, since there are too many. */
  readonly more: number;
}

/** Judges what was seen last at the clients of a group, or all. */
async function tryProfile(
  store: Store,
  files: DealerFiles,
  { name, group, now }: { readonly name: string; readonly group: string | undefined; readonly now: Date },
): Promise<TriedProfile> {
  const { clients } = (await files.read()).inventory;
  const meant = clients.filter((client) => group === undefined || client.group === group);
  const chosen = meant.slice(0, MAX_CLIENTS);
  const readAll = async function* (): AsyncGenerator<StoredReport> {
    for (const { id } of chosen) yield* await store.readReports(id, null);
  };
  const profile = await loadProfile(name);
  const judged: Judgement[] = [];
  for await (const judgement of judgeAgain(store, readAll(), profile, now)) judged.push(judgement);
  const names = new Map(chosen.map(({ id, name }) => [id, name]));
  return { judged, names, clients: chosen.length, more: meant.length - chosen.length };
}

function Tried({ judged, names, clients, more }: TriedProfile) {
  const counts = new Map<Standing, number>();
  for (const { report } of judged) counts.set(standingOf(report), (counts.get(standingOf(report)) ?? 0) + 1);
  const worse = judged
    .filter(({ before, report }) => before !== standingOf(report))
    .sort((a, b) => WORST_FIRST.indexOf(standingOf(a.report)) - WORST_FIRST.indexOf(standingOf(b.report)));
  const sum = `${renderCount(judged.length, 'address', 'addresses')} of ${renderCount(clients, 'client')}`;
  const parts = WORST_FIRST.flatMap((one) =>
    counts.has(one) ? [`${counts.get(one)} ${STANDING_WORDS[one].label}`] : [],
  );
  return (
    <>
      <Notice tone="plain">
        {judged.length === 0
          ? `Nothing was seen of ${renderCount(clients, 'client')} yet.`
          : `${sum}: ${parts.join(', ')}.`}
        {more > 0 && ` ${more} more clients were left out: choose a group.`}
      </Notice>
      <Table
        caption={
          worse.length > ROWS
            ? `The worst ${ROWS} of ${worse.length} that would change`
            : 'What would change, the worst first'
        }
        columns={['Client', 'Address', 'Now', 'By this profile', 'Seen']}
        rows={worse
          .slice(0, ROWS)
          .map(({ clientId, slot, at, before, report }) => [
            <a href={`/clients/${encodeURIComponent(clientId)}`}>{names.get(clientId) ?? clientId}</a>,
            slot,
            <StandingTag standing={before} />,
            <StandingTag standing={standingOf(report)} />,
            <Time at={at} />,
          ])}
        empty={judged.length === 0 ? '' : 'No verdict would change.'}
      />
    </>
  );
}
