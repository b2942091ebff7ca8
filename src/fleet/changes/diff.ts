import type { Change, Issue, SlotState, Waiver } from '../../model/change.js';
import { compareEndpointIds, type EndpointId } from '../../model/endpoint.js';
import type { ReportData } from '../../model/report.js';
import { isAtLeast, SEVERITIES, type Severity } from '../../model/severity.js';
import {
  excludesIdentity,
  excludesIssue,
  indexLook,
  isConclusive,
  keepSightings,
  listUnasked,
  type Look,
  losesIssue,
} from './determined.js';
import { acceptUnseen, listUnseen } from './out-of-sight.js';
import { isInSight, showsLife } from './sight.js';
import {
  listRefusing,
  listSilentTo,
  type Refusing,
  refusalsFor,
  type Sightings,
  sightingsOf,
  UNNAMED,
  withSightings,
} from './sightings.js';
import { nameAlike } from './same-exposure.js';
import { toRecord } from './slot-state.js';
import {
  ADDRESS_KEY,
  DETERMINED_KEY,
  identityChangeKey,
  issueChangeKey,
  tellAddress,
  tellEnd,
  tellIdentity,
  tellIssue,
  tellLoss,
  tellLostSight,
} from './tell-change.js';

/**
 * The changes between two states of a slot, worst first, then by endpoint. Pure. `report` is the look that `after` was
 * made from: what it could not determine is neither resolved nor back. Before the first look nothing is known: every
 * issue is told, and nothing else.
 */
export function diffStates(before: SlotState | null, after: SlotState, report: ReportData): Change[] {
  const look = indexLook(report);
  const issues = compareIssues(before, after).flatMap(({ key, old, now }) => {
    if (now) return [tellIssue(key, old, now)];
    if (!old) return [];
    if (excludesIssue(look, old, before ?? {})) return [tellEnd(key, old, report)];
    return isLosing(look, old, before ?? {}) ? [tellLostSight(key, old, listUnasked(look, old))] : [];
  });
  const identities = compareIdentities(before, after).map(({ key, endpoint, old, now }) =>
    tellIdentity(key, endpoint, old, now, report),
  );
  const others = [
    ...(isMoved(before, after) ? [tellAddress(before?.address ?? null, after.address)] : []),
    ...(isLost(before, after) ? [tellLoss(before?.verdict ?? null, report)] : []),
  ];
  return [...issues, ...identities, ...others].sort(compareChanges);
}

/**
 * What is known after a look: what it saw, and what it could not determine as it was before. The verdict is the
 * look's own, so that a change of it is told once; but compliant is nothing that is exposed and was not seen, or not
 * looked at, this time.
 * @param waivers of the client: what is out of sight is accepted by them alone; as it was before if left out
 */
export function carryOver(
  known: SlotState | null,
  after: SlotState,
  report: ReportData,
  waivers?: readonly Waiver[],
): SlotState {
  if (known === null) return after;
  const before = nameAlike(known, after);
  const keep = <T>(known: Readonly<Record<string, T>>, isKept: (key: string, value: T) => boolean) =>
    Object.entries(known).filter(([key, value]) => isKept(key, value));
  const look = indexLook(report);
  const issues = Object.entries(before.issues).flatMap(([key, issue]) => {
    const left = keepSightings(look, issue, before);
    if (Object.keys(left).length === 0) return [];
    const isWhole = Object.keys(left).length === Object.keys(sightingsOf(issue)).length;
    const kept = isWhole ? issue : withSightings(issue, left);
    return [[key, isLosing(look, issue, before) ? { ...kept, lostAt: report.startedAt } : kept] as const];
  });
  const seen = Object.entries(after.issues).map(
    ([key, issue]) => [key, addSightings(look, before, issue, before.issues[key])] as const,
  );
  const kept = toRecord([...issues, ...seen]);
  const all = waivers
    ? acceptUnseen({ issues: kept }, waivers, report.startedAt.slice(0, 10), after.issues).issues
    : kept;
  const lost = Object.values(all).filter(({ lostAt }) => lostAt !== undefined);
  // Where sight was lost, a blocker may have refused in the place of the site.
  const learns = (own: ReportData, refusals: SlotState['refusals']) =>
    lost.length === 0 && isConclusive(own) && showsLife(own, refusals);
  const identities = keep(before.identities, (endpoint) => !excludesIdentity(look, endpoint));
  return {
    address: after.address ?? before.address,
    verdict:
      after.verdict === 'compliant' && listUnseen({ issues: all }, report).length > 0 ? 'violation' : after.verdict,
    issues: all,
    identities: toRecord([...identities, ...Object.entries(after.identities)]),
    ...noteRefusing(learnRefusing(before, report, learns)),
    ...noteSilentTo({ ...before.silentTo, ...listSilentTo(report, before) }),
    silent: !isInSight(report, { endpoint: null }, before.refusals),
    ...(after.noAnswer && { noAnswer: true }),
    ...(after.silence && { silence: after.silence }),
  };
}

/** What is seen again by some, with those who saw it before, and have not seen it gone. */
function addSightings(look: Look, refusing: Refusing, issue: Issue, old: Issue | undefined): Issue {
  if (!old) return issue;
  const now = sightingsOf(issue);
  const isAgain = (name: string, source: string) =>
    Object.hasOwn(now, name) || (name === UNNAMED && Object.values(now).includes(source));
  const others = Object.entries(sightingsOf(old)).filter(([name, source]) => !isAgain(name, source));
  if (others.length === 0) return issue;
  const left: Sightings = keepSightings(look, withSightings(old, Object.fromEntries(others)), refusing);
  return withSightings(issue, { ...left, ...now });
}

/** How the site refuses after a look: each vantage that `learns` by what it saw itself, all others as before. */
function learnRefusing(
  before: Refusing,
  report: ReportData,
  learns: (own: ReportData, refusals: SlotState['refusals']) => boolean,
): Refusing {
  const { refusals, refusalsTo } = listRefusing(report);
  const own = (report.vantages ?? []).flatMap((vantage) =>
    vantage.report && learns(vantage.report, refusalsFor(before, vantage.name))
      ? [[vantage.name, refusalsTo?.[vantage.name] ?? []] as const]
      : [],
  );
  const all = toRecord([...Object.entries(before.refusalsTo ?? {}), ...own]);
  return {
    refusals: learns(report, before.refusals) ? refusals : before.refusals,
    ...(Object.keys(all).length > 0 && { refusalsTo: all }),
  };
}

/** Who did not look knows what it knew. */
function noteSilentTo(silentTo: SlotState['silentTo'] = {}): Pick<SlotState, 'silentTo'> {
  const entries = Object.entries(silentTo);
  return entries.length > 0 ? { silentTo: toRecord(entries) } : {};
}

function noteRefusing({ refusals, refusalsTo }: Refusing): Refusing {
  return { ...(refusals && { refusals }), ...(refusalsTo && { refusalsTo }) };
}

/** An exposure that was in sight until now. */
function isLosing(look: Look, issue: Issue, refusing: Refusing): boolean {
  return !issue.outage && issue.lostAt === undefined && losesIssue(look, issue, refusing);
}

/**
 * The changes that a second look shows as well, as the second tells them. A thing has to be what both saw: who
 * answered, and which address it was.
 */
export function confirmChanges(first: readonly Change[], second: readonly Change[]): Change[] {
  const named = ({ kind, data }: Change) =>
    kind === 'identity-changed' || kind === 'address-changed' ? JSON.stringify(data.after) : '';
  const tell = (change: Change) => `${change.kind} ${change.key} ${named(change)}`;
  const seen = new Set(first.map(tell));
  return second.filter((change) => seen.has(tell(change)));
}

/**
 * The state where only the changes with these keys are taken for true: of all others, what was known before stays.
 * `after` holds what its look could not determine as it was ({@link carryOver}). What is not a change (a milder severity,
 * other data, a waiver granted) is taken from `after`.
 */
export function acceptChanges(before: SlotState | null, after: SlotState, confirmed: ReadonlySet<string>): SlotState {
  const issues = new Map(Object.entries(after.issues));
  const refused = compareIssues(before, after).filter(({ key }) => !confirmed.has(key));
  for (const { name, old } of refused) {
    if (old) issues.set(name, old);
    else issues.delete(name);
  }
  const identities = new Map(Object.entries(after.identities));
  for (const { key, endpoint, old } of compareIdentities(before, after))
    if (!confirmed.has(key)) identities.set(endpoint, old);
  const doubted = isLost(before, after) ? !confirmed.has(DETERMINED_KEY) : refused.length > 0;
  return {
    address: isMoved(before, after) && !confirmed.has(ADDRESS_KEY) ? (before?.address ?? null) : after.address,
    verdict: before && doubted ? before.verdict : after.verdict,
    issues: toRecord(issues),
    identities: toRecord(identities),
    ...noteRefusing(after),
    ...noteSilentTo(after.silentTo),
    ...(after.silent === undefined ? {} : { silent: after.silent }),
    ...(after.noAnswer && { noAnswer: true }),
    ...(after.silence && { silence: after.silence }),
  };
}

/** Orders changes worst first; what concerns the whole site before single endpoints. */
export function compareChanges(a: Change, b: Change): number {
  const bySeverity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return bySeverity || compareEndpoints(a.endpoint, b.endpoint) || Number(a.key > b.key) - Number(a.key < b.key);
}

function compareEndpoints(a: EndpointId | null, b: EndpointId | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareEndpointIds(a, b);
}

/** An issue that counts now and did not, or is worse (`now`), or counted and is not seen any more (`now` is null). */
interface IssueChange {
  readonly key: string;
  /** Its key among the state's issues. */
  readonly name: string;
  readonly old: Issue | null;
  readonly now: Issue | null;
}

function compareIssues(before: SlotState | null, after: SlotState): IssueChange[] {
  const old = new Map(Object.entries(before ? nameAlike(before, after).issues : {}));
  const now = new Map(Object.entries(after.issues));
  const changes: IssueChange[] = [];
  for (const [name, issue] of now) {
    const earlier = old.get(name) ?? null;
    const counts = !earlier || earlier.waived || isWorse(issue.severity, earlier.severity);
    const lost = issue.lostAt !== undefined && earlier !== null && earlier.lostAt === undefined;
    if (!issue.waived && (counts || lost))
      changes.push({ key: issueChangeKey(name), name, old: earlier, now: lost ? null : issue });
  }
  // No one was told of a waived one: its end is not news either.
  for (const [name, issue] of old)
    if (!issue.waived && !now.has(name)) changes.push({ key: issueChangeKey(name), name, old: issue, now: null });
  return changes;
}

function isWorse(severity: Severity, than: Severity): boolean {
  return severity !== than && isAtLeast(severity, than);
}

interface IdentityChange {
  readonly key: string;
  readonly endpoint: string;
  readonly old: string;
  readonly now: string;
}

function compareIdentities(before: SlotState | null, after: SlotState): IdentityChange[] {
  const known = new Map(Object.entries(before?.identities ?? {}));
  return Object.entries(after.identities).flatMap(([endpoint, now]) => {
    const old = known.get(endpoint);
    return old === undefined || old === now ? [] : [{ key: identityChangeKey(endpoint), endpoint, old, now }];
  });
}

function isMoved(before: SlotState | null, after: SlotState): boolean {
  return before !== null && before.address !== null && after.address !== null && before.address !== after.address;
}

function isLost(before: SlotState | null, after: SlotState): boolean {
  return before !== null && before.verdict !== 'inconclusive' && after.verdict === 'inconclusive';
}
