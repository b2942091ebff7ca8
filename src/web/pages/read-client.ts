import { basename } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { isClientId } from '../../files/clients/inventory-schema.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import { InputError } from '../../files/text/input-error.js';
import { gatherHandover } from '../../fleet/handover/gather-handover.js';
import type { RetiredSlot } from '../../fleet/store/states.js';
import { readStandings } from '../../fleet/sweep/page-clients.js';
import { authorizationProblem, type Client } from '../../model/client.js';
import type { Handover } from '../../model/handover.js';
import { type NotChecked, staleBefore } from '../../model/not-checked.js';
import { Refusal } from '../../server/refusal.js';
import { quoteInput, suggest } from '../../words/input.js';
import type { ServeContext } from '../serve-context.js';

/** Which time a report is of, as a form or a link says it. */
export interface TimeWanted {
  /** The last checks at or before this time; the newest if left out or empty. */
  readonly at?: string | undefined;
  /** From when on changes are listed; since the last report that was handed over if left out or empty. */
  readonly since?: string | undefined;
}

/** A client, as its page shows it. */
export interface ClientView {
  readonly id: string;
  readonly name: string;
  /** What the inventory says of it; null if it is not there. */
  readonly entry: Client | null;
  /** What is known of it; null if no check was stored. */
  readonly handover: Handover | null;
  /** Why it is not checked now, as a phrase; null if it is. */
  readonly problem: string | null;
  /** Which of its addresses are not checked now, or were not for long. */
  readonly unchecked: readonly UncheckedPlace[];
  readonly retired: readonly RetiredSlot[];
}

/** An address that lists call not checked. */
export interface UncheckedPlace extends NotChecked {
  readonly slot: string;
}

type Sources = Pick<ServeContext, 'store' | 'files' | 'now'>;

/**
 * Reads what there is to know of a client.
 * @throws Refusal if neither the inventory nor the store knows it
 */
export async function readClient(context: Sources, id: string, time: TimeWanted = {}): Promise<ClientView> {
  const { store, now } = context;
  if (!isClientId(id)) throw await describeUnknown(context, id);
  const entry = await findEntry(context, id);
  const handover = await readHandover(context, id, time);
  if (!entry && !handover && (await store.countRecords(id)) === null) throw await describeUnknown(context, id);
  return {
    id,
    name: entry?.name ?? handover?.client?.name ?? id,
    entry,
    handover,
    problem: entry ? judgeEntry(entry, now()) : await tellAbsent(context, id),
    unchecked: await listUncheckedPlaces(context, id),
    retired: await store.listRetired(id),
  };
}

/**
 * Requires that the inventory or the store knows a client.
 * @throws Refusal
 */
export async function requireKnown(context: Sources, id: string): Promise<void> {
  const isKnown =
    isClientId(id) && ((await findEntry(context, id)) !== null || (await context.store.countRecords(id)) !== null);
  if (!isKnown) throw await describeUnknown(context, id);
}

/** What the inventory says of a client; null if it is not there. */
export async function findEntry({ files }: Pick<Sources, 'files'>, id: string): Promise<Client | null> {
  const { inventory } = await files.read();
  return inventory.clients.find((client) => client.id === id) ?? null;
}

/**
 * Gathers a client's report; null if there is no check of it.
 * @throws InputError if it is of no time that there is
 */
export async function readHandover(
  { store, now }: Pick<Sources, 'store' | 'now'>,
  id: string,
  { at: atText, since: sinceText }: TimeWanted,
): Promise<Handover | null> {
  const at = atText ? readInstant(atText, 'end') : null;
  const since = sinceText ? readBeginning(sinceText, at ?? now()) : null;
  if (since !== null && since > (at ?? now())) throw new InputError('the changes begin later than the report ends');
  const checklist = await loadChecklist(DEFAULT_CHECKLIST);
  return gatherHandover(store, id, { at, since, now: now(), checklist });
}

/** What lists call not checked of a client's addresses: the report of it tells only what was seen last. */
export async function listUncheckedPlaces(
  { store, now }: Pick<Sources, 'store' | 'now'>,
  id: string,
): Promise<UncheckedPlace[]> {
  const at = now();
  const standings = await readStandings(store, { ids: [id] }, { now: at, staleBefore: staleBefore(at) });
  const unchecked = standings.flatMap(({ slot, why, problem: reason }) =>
    why === null || reason === null ? [] : [{ slot, why, reason }],
  );
  if (standings.length > 0) return unchecked;
  return (await store.listRetired(id)).map((one) => ({
    slot: one.slot,
    why: 'retired',
    reason: `retired on ${one.at.slice(0, 10)}, and not checked any more`,
  }));
}

function judgeEntry(entry: Client, now: Date): string | null {
  return entry.paused ? 'it is paused' : authorizationProblem(entry, now);
}

async function tellAbsent({ store, files }: Sources, id: string): Promise<string> {
  const other = await store.findInventory(id);
  return other === null || other === files.inventory
    ? 'the inventory does not have it any more'
    : `it is in another inventory, ${basename(other)}, which is not the one of these pages`;
}

async function describeUnknown({ store, files }: Sources, id: string): Promise<Refusal> {
  const { inventory } = await files.read();
  const known = new Set([...inventory.clients.map((client) => client.id), ...(await store.listClientIds())]);
  return new Refusal(404, 'not-found', `there is no client ${quoteInput(id)}${suggest(id, known)}`);
}

/** The id in the path of a client's page. */
export function readId(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

/** The path of a client's page. */
export function pathOf(id: string): string {
  return `/clients/${encodeURIComponent(id)}`;
}
