import type { EndpointId } from './endpoint.js';
import type { ReportData, Verdict } from './report.js';

/** Who allowed the checks of a client. */
export interface Authorization {
  readonly by: string;
  /** A contract, ticket or mail that proves it. */
  readonly reference: string;
  /** Last day on which it is valid, `YYYY-MM-DD` in the client's time zone; null if it has no end. */
  readonly until: string | null;
}

/** Who vouches for it that a site answers nothing although its line works. */
export interface AcceptedSilence {
  readonly by: string;
  /** Last day on which that holds, `YYYY-MM-DD`, UTC; null: for one check alone. */
  readonly until: string | null;
}

/** One client of a dealer: an entry of the inventory, with the defaults of its group filled in. */
export interface Client {
  /** Unique in its inventory; letters, digits, dots, hyphens and underscores. */
  readonly id: string;
  readonly name: string;
  /** IP addresses, small networks or host names (DDNS), as the user wrote them. */
  readonly addresses: readonly string[];
  /** Networks (CIDR) within which host names must resolve; empty if they may resolve to anything. */
  readonly network: readonly string[];
  /** Name of a shipped profile, or the absolute path of a file. */
  readonly profile: string;
  /** Services that were moved, by service id. */
  readonly services: Readonly<Record<string, readonly number[]>>;
  /** Networks of the profile's sources at this client, by source id: the provider's, the dealer's. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  /** Which source of the profile the sweep looks from; null for an outsider. */
  readonly source: string | null;
  /** A TCP endpoint of the site that always answers, where not the profile's. */
  readonly alive?: EndpointId | undefined;
  /** Who vouches for the site if it answers nothing; no one if left out. */
  readonly silence?: (AcceptedSilence & { readonly until: string }) | undefined;
  readonly group: string | null;
  /** Cron expression; null if only `sallyport sweep` by hand looks at it. */
  readonly schedule: string | null;
  /** IANA name. */
  readonly timeZone: string;
  /** Null if none is given: the client is then never probed. */
  readonly authorization: Authorization | null;
  readonly contacts: readonly string[];
  readonly tags: readonly string[];
  readonly paused: boolean;
  readonly notes: string;
}

/** A group of clients. */
export interface ClientGroup {
  readonly id: string;
  readonly title: string;
  /** What the group or the defaults say; null in CSV, where clients alone have schedules. A client may have another. */
  readonly schedule: string | null;
  readonly timeZone: string;
}

/** What is in an inventory. */
export interface InventoryContent {
  readonly clients: readonly Client[];
  readonly groups: readonly ClientGroup[];
}

/** What a store and its readers need to know of a client besides its reports. */
export type ClientCard = Pick<Client, 'id' | 'name' | 'group' | 'tags' | 'contacts'>;

/** Which clients are meant: those of one of these groups, and with one of these tags; all where neither is given. */
export interface ClientChoice {
  readonly groups?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** Whether a client is meant by a choice. */
export function isChosen({ group, tags: own }: Pick<ClientCard, 'group' | 'tags'>, choice: ClientChoice): boolean {
  const { groups, tags } = choice;
  return (!groups || (group !== null && groups.includes(group))) && (!tags || own.some((tag) => tags.includes(tag)));
}

/** What a store keeps of each client of an inventory, swept or not. */
export interface RosterEntry {
  readonly client: ClientCard;
  /** As the inventory has them. */
  readonly addresses: readonly string[];
  /** The slots that its single addresses and names have to have. */
  readonly slots: readonly string[];
  /** What looks may name its slots by besides: the addresses of its networks, and whatever is written otherwise. */
  readonly others: readonly string[];
  readonly standing: RosterStanding;
}

/** What decides whether a client of an inventory may be checked. */
export interface RosterStanding {
  readonly paused: boolean;
  readonly authorization: Pick<Authorization, 'until'> | null;
  readonly timeZone: string;
}

/**
 * One place of a client that is looked at: an address of its own, or the n-th address of its host name. What history
 * follows: a host name keeps its slot when its address changes.
 */
export interface Slot {
  readonly clientId: string;
  /** The address literal, the name, or `name#2` for its second address. */
  readonly slot: string;
}

/** A report of a client's slot, as the store gives it back. */
export interface StoredReport extends Slot {
  readonly resultId: number;
  readonly sweepId: number;
  /** The id of the invite by which someone at the site began it; null: it is of a sweep. */
  readonly invite: string | null;
  /** When it was seen; ISO 8601, UTC. */
  readonly at: string;
  /** Times are those of this look; evidence and round-trip times those of the first look that saw the same. */
  readonly report: ReportData;
}

/** A report of a client that was handed over. */
export interface HandedReport {
  readonly clientId: string;
  /** Up to when it reports: later checks are not in it. ISO 8601, UTC. */
  readonly until: string;
  /** As a file that the dealer made, by mail to the client's contacts, or as someone noted on the client's page. */
  readonly how: 'file' | 'mail' | 'noted';
  /** When it was handed over. ISO 8601, UTC. */
  readonly at: string;
}

/** One look of a client's history. */
export interface HistoryEntry {
  readonly resultId: number;
  readonly sweepId: number;
  /** The id of the invite by which someone at the site began it; null: it is of a sweep. */
  readonly invite: string | null;
  readonly slot: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly address: string | null;
  readonly verdict: Verdict;
  /** False if another look should have followed, and did not yet. */
  readonly final: boolean;
  readonly report: ReportData;
}

/** Formatters by time zone, and what each said last: making one is slow, and using it 100,000 times too. */
const formatters = new Map<string, { readonly formatter: Intl.DateTimeFormat; at: number; day: string }>();

/** Why a client may not be probed, as a phrase; null if its authorisation holds. The last day still counts. */
export function authorizationProblem(
  { authorization, timeZone }: Omit<RosterStanding, 'paused'>,
  now: Date,
): string | null {
  if (!authorization) return 'no authorisation is given';
  const { until } = authorization;
  return until !== null && formatDay(now, timeZone) > until ? `the authorisation ended on ${until}` : null;
}

/** The day in a time zone, `YYYY-MM-DD`. */
export function formatDay(at: Date, timeZone: string): string {
  let known = formatters.get(timeZone);
  if (!known) {
    const formatter = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, (known = { formatter, at: NaN, day: '' }));
  }
  if (known.at !== at.getTime()) {
    const parts = Object.fromEntries(known.formatter.formatToParts(at).map(({ type, value }) => [type, value]));
    known.at = at.getTime();
    known.day = `${parts['year']}-${parts['month']}-${parts['day']}`;
  }
  return known.day;
}
