import type { Checklist } from '../../model/checklist.js';
import { type Handover, HANDOVER_SCHEMA, MOST_LOOKS } from '../../model/handover.js';
import { checklistState } from '../../site/checklist/checklist-state.js';
import { VERSION } from '../../version.js';
import { cutText } from '../../words/sentence.js';
import { sayChange } from '../changes/say-change.js';
import type { Store } from '../store/store.js';
import { readInvited } from './read-invited.js';
import { readSite } from './read-site.js';
import { listUnchecked, type Look, readLooks, sayLook } from './read-looks.js';
import { chooseSpan } from './report-span.js';
import { traceHistory } from './trace-history.js';

/** More looks than these are not read: a client of many addresses has a shorter history of each. */
const MOST_READ = 2_000;

/** What a report for a customer is to hold. */
export interface HandoverWanted {
  /** The last checks at or before this time; null: the newest. */
  readonly at: Date | null;
  /** From when on changes are listed; null: since the last report that was handed over. */
  readonly since: Date | null;
  readonly now: Date;
  /** Only this address or name of the client. */
  readonly address?: string | undefined;
  /** Left out of the report where no one answered any of it. */
  readonly checklist: Checklist;
}

/**
 * Gathers what the store knows of a client for a report; null if there is no check of it. Of one that neither a sweep nor
 * someone at the site had checked, it is the last report of its site.
 */
export async function gatherHandover(
  store: Store,
  clientId: string,
  { at, since: wanted, now, address, checklist }: HandoverWanted,
): Promise<Handover | null> {
  const { card, looks: all } = await readLooks(store, clientId, at, now);
  const looks =
    address === undefined
      ? await dropRetired(store, clientId, all)
      : all.filter(({ slot, report: { target } }) => [slot, target.address].includes(address));
  const until = at ?? now;
  const { since, lastReport, currentSince } = await chooseSpan(store, clientId, { since: wanted, until });
  const invited = await readInvited(store, clientId, { since: currentSince, until, now, address, looks });
  const isSeen = looks.length + invited.length > 0;
  const site = isSeen || address !== undefined ? null : await readSite(store, clientId, at);
  if (!isSeen && !site) return null;
  const slots = new Set(looks.map(({ slot }) => slot));
  const recent = await store.listHistory(clientId, Math.min(MOST_LOOKS * 2 * slots.size, MOST_READ));
  const history = recent.filter((one) => new Date(one.at) <= until);
  const changes = (await store.listChanges({ clientId })).filter(
    (change) => slots.has(change.slot) && new Date(change.at) <= until && new Date(change.at) >= since,
  );
  const state = checklistState(checklist, await store.listAnswers(clientId, checklist.name), now);
  return {
    schema: HANDOVER_SCHEMA,
    tool: { name: 'sallyport', version: VERSION },
    madeAt: now.toISOString(),
    client: { id: clientId, name: card?.name ?? (await findListedName(store, clientId)) ?? clientId },
    since: since.toISOString(),
    ...(lastReport && { lastReport: lastReport.toISOString() }),
    currentSince: currentSince.toISOString(),
    addresses: looks.map((look) => ({
      ...describeLook(look),
      history: traceHistory(history.filter(({ slot }) => slot === look.slot)),
    })),
    // What belonged to the client at an earlier time is not known.
    unchecked: (until < now ? [] : await listUnchecked(store, clientId, now))
      .filter(({ slot }) => address === undefined || slots.has(slot))
      .map(({ slot, reason }) => ({ slot, reason })),
    invited,
    changes: changes.map((change) => {
      const { kind, severity, endpoint, title } = sayChange(change);
      return { at: change.at, slot: change.slot, kind, severity, endpoint, title: cutText(title, 512) };
    }),
    site,
    checklist: state.items.some((item) => item.at !== null) ? state : null,
  };
}

/** What an inventory calls a client that no sweep has checked. */
async function findListedName(store: Store, clientId: string): Promise<string | null> {
  const { unswept } = await store.readRoster([clientId]);
  return unswept[0]?.client.name ?? null;
}

/** Without what the client no longer has, unless that is all. */
async function dropRetired(store: Store, clientId: string, looks: readonly Look[]) {
  const retired = new Set((await store.listRetired(clientId)).map(({ slot }) => slot));
  const listed = looks.filter(({ slot }) => !retired.has(slot));
  return listed.length > 0 ? listed : looks;
}

/** A report with what stands although it does not show it. */
function describeLook(look: Look) {
  const { slot, unseen, standing, invite } = look;
  return {
    slot,
    report: sayLook(look),
    ...(invite !== null && { invite }),
    unseen: [...unseen, ...standing].map(({ title, lostAt }) => ({ title, since: lostAt })),
  };
}
