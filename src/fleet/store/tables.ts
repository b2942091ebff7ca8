import type { Generated } from 'kysely';
import type { ChangeKind } from '../../model/change.js';
import type { ChecklistAnswer, Role } from '../../model/checklist.js';
import type { HandedReport } from '../../model/client.js';
import type { MadeCodeState } from '../../model/invite.js';
import type { EndpointId } from '../../model/endpoint.js';
import type { Verdict } from '../../model/report.js';
import type { Severity } from '../../model/severity.js';
import type { SiteReportData } from '../../model/site.js';
import type { CardColumns } from './client-card.js';

/*
 * The tables as queries see them. migrations/ creates them, and says what they are for. Instants are milliseconds
 * since 1970, yes and no are 1 and 0, and what is JSON says so.
 */

export interface Tables {
  readonly clients: CardColumns & { readonly id: string };
  readonly slots: SlotsTable;
  readonly open_issues: OpenIssuesTable;
  readonly roster: RosterTable;
  readonly sweeps: SweepsTable;
  readonly work: WorkTable;
  readonly left_out: LeftOutTable;
  readonly reports: ReportsTable;
  readonly authorizations: { readonly id: Generated<number>; readonly text: string };
  readonly results: ResultsTable;
  readonly changes: ChangesTable;
  readonly waivers: WaiversTable;
  readonly messages: MessagesTable;
  readonly answers: AnswersTable;
  readonly site_reports: SiteReportsTable;
  readonly invited_checks: InvitedChecksTable;
  readonly standings: StandingsTable;
  readonly runs: { readonly key: string; readonly at: number };
  readonly chains: { readonly client_id: string; readonly length: number; readonly head: Uint8Array };
  readonly pruned_links: PrunedLinksTable;
  readonly chain_register: ChainRegisterTable;
  readonly shared_links: SharedLinksTable;
  readonly made_codes: MadeCodesTable;
  readonly schedulers: SchedulersTable;
  readonly handed_reports: HandedReportsTable;
}

/** What is chained; see chain.ts. */
interface ChainedTable {
  /** The number in the chain of the client; null for a result that is not final. */
  readonly link: number | null;
  readonly chain: Uint8Array | null;
}

interface PrunedLinksTable {
  readonly client_id: string;
  readonly first: number;
  readonly last: number;
  /** The hash of the last. */
  readonly head: Uint8Array;
}

interface ChainRegisterTable {
  /** In the chain of the register, from 1. */
  readonly number: number;
  readonly kind: 'begun' | 'ended';
  readonly name: string;
  readonly client_id: string | null;
  readonly at: number;
  readonly chain: Uint8Array;
}

interface SchedulersTable {
  readonly token: string;
  /** Absolute path. */
  readonly inventory: string;
  /** JSON. */
  readonly chosen: string;
  readonly host: string;
  readonly pid: number;
  readonly beat_at: number;
}

interface MadeCodesTable {
  readonly invite: string;
  readonly client_id: string;
  readonly by: string;
  readonly state: MadeCodeState;
  readonly created_at: number;
  readonly expires_at: number;
  readonly asked_at: number | null;
}

interface HandedReportsTable {
  readonly client_id: string;
  readonly until: number;
  readonly how: HandedReport['how'];
  readonly at: number;
}

interface SharedLinksTable {
  readonly id: Generated<number>;
  readonly client_id: string;
  readonly hash: Uint8Array;
  readonly by: string;
  readonly note: string;
  readonly created_at: number;
  readonly expires_at: number;
}

interface SlotsTable {
  readonly id: Generated<number>;
  readonly client_id: string;
  readonly slot: string;
  /** SlotState as JSON; null, with the three below, before anything is known. */
  readonly state: string | null;
  /** Orders slots by how bad they are, the worst first. */
  readonly state_rank: number | null;
  readonly state_result_id: number | null;
  readonly state_at: number | null;
  /** When it was last retired: it stands no way since, unless it has a newer state. */
  readonly retired_at: number | null;
  /** When the newest look was, final or not. This and what follows is kept by triggers; see migrations/slot-summaries.ts. */
  readonly looked_at: Generated<number | null>;
  /** When the final look was that was stored last. */
  readonly checked_at: Generated<number | null>;
  /** Why that look sent nothing. */
  readonly problem: Generated<string | null>;
  /** Name of the profile of that look. */
  readonly profile: Generated<string | null>;
  /** When the final look was that came last to the verdict of the state. */
  readonly seen_at: Generated<number | null>;
  /** The state has no verdict since nothing answered. */
  readonly no_answer: Generated<number>;
}

/** The violations in the states of slots that no one accepted; kept by a trigger. */
interface OpenIssuesTable {
  readonly slot_id: number;
  readonly rule: string;
  readonly endpoint: EndpointId | null;
  readonly service: string | null;
}

interface RosterTable extends CardColumns {
  readonly client_id: string;
  /** Absolute path. */
  readonly inventory: string;
  readonly addresses: string;
  /** Names of slots, as JSON. */
  readonly slots: string;
  /** Other names that its slots may have, as JSON; null where they were not noted. */
  readonly others: string | null;
  readonly paused: number;
  readonly authorized: number;
  readonly until: string | null;
  readonly time_zone: string;
  /** 1 where it has addresses of which nothing is listed: triggers keep it. */
  readonly unswept: Generated<number>;
}

interface SweepsTable {
  readonly id: Generated<number>;
  readonly inventory: string;
  /** JSON. */
  readonly filter: string;
  readonly host: string;
  readonly pid: number;
  readonly state: 'running' | 'finished' | 'interrupted';
  readonly started_at: number;
  readonly finished_at: number | null;
  readonly beat_at: number;
  readonly clients: number;
  readonly held: Generated<number>;
  /** The id of the invite by which someone at the site began it; null: a sweep of an inventory. */
  readonly invite: Generated<string | null>;
  /** It brought changes of which no one was alerted so far. */
  readonly untold: Generated<number>;
}

interface StandingsTable {
  /** Hours since 1970. */
  readonly hour: number;
  readonly at: number;
  readonly violation: number;
  readonly no_answer: number;
  readonly inconclusive: number;
  readonly not_checked: number;
  readonly compliant: number;
}

interface WorkTable {
  readonly sweep_id: number;
  readonly position: number;
  readonly client_id: string;
  /** Client as JSON. */
  readonly client: string;
}

interface LeftOutTable {
  readonly sweep_id: number;
  readonly client_id: string;
  readonly name: string;
  readonly why: 'paused' | 'unauthorised' | 'failed';
  /** For people. */
  readonly reason: string;
}

interface ReportsTable {
  readonly id: Generated<number>;
  readonly digest: Uint8Array;
  readonly body: Uint8Array;
  /** SHA-256 of the body. */
  readonly sum: Uint8Array;
  /** Name of the profile in the body; null if the body is damaged. */
  readonly profile: string | null;
}

interface ResultsTable extends ChainedTable {
  readonly id: Generated<number>;
  readonly sweep_id: number;
  readonly slot_id: number;
  readonly report_id: number;
  readonly at: number;
  readonly final: number;
  readonly verdict: Verdict;
  readonly address: string | null;
  /** What is not in the address only, as JSON; null for a literal. */
  readonly target: string | null;
  readonly authorization_id: number | null;
  readonly duration_ms: number;
  readonly srtt_ms: number | null;
  /** Exposures that stood, and that it lost sight of or had lost before. */
  readonly unseen: Generated<number>;
}

interface ChangesTable {
  readonly id: Generated<number>;
  readonly slot_id: number;
  readonly sweep_id: number;
  readonly at: number;
  readonly kind: ChangeKind;
  readonly key: string;
  readonly severity: Severity;
  readonly rule: string | null;
  readonly endpoint: EndpointId | null;
  /** What is known of it, by its kind: JSON. */
  readonly data: string;
  readonly alerted: number;
}

interface WaiversTable {
  readonly id: Generated<number>;
  readonly client_id: string;
  readonly rule: string;
  readonly endpoint: EndpointId | null;
  readonly by: string;
  readonly reason: string;
  /** `YYYY-MM-DD`. */
  readonly until: string;
  readonly severity: Severity | null;
  readonly identity: string | null;
  readonly granted_at: number;
}

interface MessagesTable {
  readonly id: Generated<number>;
  readonly key: string;
  readonly channel: string;
  readonly sweep_id: number | null;
  /** QueuedEvent[] as JSON. */
  readonly events: string;
  /** held: waits for its digest; joined: went into one; waiting: to be sent; failed: given up. */
  readonly state: 'held' | 'joined' | 'waiting' | 'sent' | 'failed';
  readonly attempts: number;
  readonly created_at: number;
  /** When it is to be tried next; later while someone is trying. */
  readonly due_at: number;
  readonly sent_at: number | null;
  readonly error: string | null;
}

interface AnswersTable {
  readonly id: Generated<number>;
  readonly client_id: string;
  readonly checklist: string;
  readonly item: string;
  readonly answer: ChecklistAnswer;
  readonly by: string;
  readonly role: Role;
  readonly note: string;
  readonly at: number;
  readonly expires_at: number;
}

interface SiteReportsTable extends ChainedTable {
  readonly id: Generated<number>;
  readonly client_id: string | null;
  readonly kind: SiteReportData['kind'];
  readonly at: number;
  /** A byte for the format, then SiteReportData as JSON, compressed. */
  readonly body: Uint8Array;
}

interface InvitedChecksTable {
  readonly id: Generated<number>;
  readonly client_id: string;
  readonly invite: string;
  readonly at: number;
  /** A byte for the format, then ReportData as JSON, compressed. */
  readonly body: Uint8Array;
  readonly link: number;
  readonly chain: Uint8Array;
}
