import { sayReport } from '../../check/judge/say-report.js';
import { formatDay } from '../../files/text/day.js';
import type { Issue, SlotState, Unseen } from '../../model/change.js';
import type { ClientCard, StoredReport } from '../../model/client.js';
import type { NotChecked } from '../../model/not-checked.js';
import type { Report } from '../../model/report.js';
import { cutText } from '../../words/sentence.js';
import { lapseReport } from '../changes/lapsed.js';
import { GONE, judgeUnswept, UNCOUNTED } from '../changes/not-checked.js';
import { keepUnseen, sayUnseen } from '../changes/out-of-sight.js';
import { sayState } from '../changes/say-change.js';
import { issueKey } from '../changes/slot-state.js';
import type { Store } from '../store/store.js';
import { stateAt } from './state-at.js';

/** The report of an address with what stands there although it does not show it. */
export interface Look extends StoredReport {
  /** Exposures that are out of sight, and that no one accepted. */
  readonly unseen: readonly Unseen[];
  /** What stands from an earlier check, and the report came to no verdict of: not seen since this check. */
  readonly standing: readonly Unseen[];
}

/** What the store knows of a client's addresses. */
export interface ClientLooks {
  /** As its newest sweep had it; null if none of its addresses is listed any more. */
  readonly card: ClientCard | null;
  readonly looks: readonly Look[];
}

/** Reads the newest report of each address of a client, or the newest at a time, with what stood there then. */
export async function readLooks(store: Store, clientId: string, at: Date | null, now: Date): Promise<ClientLooks> {
  const [newest, reports] = [await store.readReports(clientId, null), await store.readReports(clientId, at)];
  const isNewest = ({ resultId }: StoredReport) => newest.some((one) => one.resultId === resultId);
  const changes = reports.every(isNewest) ? [] : await store.listChanges({ clientId });
  const past = at ? changes.filter((change) => new Date(change.at) <= at) : [];
  const waivers = await store.listWaivers(clientId);
  const states = new Map<string, SlotState>();
  let card: ClientCard | null = null;
  for await (const { client, slot, state } of store.readClientStates(clientId)) {
    states.set(slot, state);
    card = client;
  }
  const today = formatDay(at ?? now);
  const looks = reports.map((stored): Look => {
    const look = { ...stored, report: lapseReport(stored.report, waivers, { today, isPast: at !== null && at < now }) };
    const state = states.get(look.slot);
    const then = !at || isNewest(look) ? state : stateAt(look, state, past, at);
    return {
      ...look,
      unseen: then ? sayUnseen(then, waivers, formatDay(now)) : [],
      standing: then ? listStanding(look, then) : [],
    };
  });
  return { card, looks };
}

/** The report of a look in words: what stands although it does not show it forbids "compliant". */
export function sayLook({ report, unseen, standing }: Look): Report {
  return keepUnseen(sayReport(report), [...unseen, ...standing]);
}

function listStanding({ report }: StoredReport, state: Pick<SlotState, 'issues'>): Unseen[] {
  const found = new Set(report.findings.map(issueKey));
  const stands = (issue: Issue) => !issue.waived && issue.lostAt === undefined && !found.has(issueKey(issue));
  return Object.values(sayState(state).issues)
    .filter(stands)
    .map(({ rule, endpoint, severity, title }) => ({ rule, endpoint, severity, title, lostAt: report.startedAt }));
}

/** An address of a client that no check has looked at, or that it has no more, and why, as a phrase. */
export interface UncheckedAddress extends NotChecked {
  readonly slot: string;
}

/** Longest text of addresses that are named together. */
const MOST_TEXT = 300;

/**
 * Lists the addresses of a client that no check has looked at so far: nothing is known of them; and those that no
 * inventory has any more: what stood there was not seen to end.
 */
export async function listUnchecked(store: Store, clientId: string, now: Date): Promise<UncheckedAddress[]> {
  const { removed, gone, uncounted, unswept } = await store.listUnchecked(clientId);
  return [
    ...removed.map((slot) => ({ slot, ...GONE.removed })),
    ...gone.map((slot) => ({ slot, ...GONE.gone })),
    ...uncounted.map((slot) => ({ slot, ...UNCOUNTED })),
    ...unswept.map((one) => ({ slot: cutText(one.addresses, MOST_TEXT), ...judgeUnswept(one, now) })),
  ];
}
