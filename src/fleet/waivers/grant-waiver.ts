import { EVERY_RULE } from '../../check/join/registry.js';
import { formatDay, readLastDay } from '../../files/text/day.js';
import { InputError, throwErrors } from '../../files/text/input-error.js';
import type { SlotState, Waiver } from '../../model/change.js';
import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Finding } from '../../model/finding.js';
import { SEVERITIES } from '../../model/severity.js';
import { standingOfSlot } from '../../model/standing.js';
import { suggest } from '../../words/input.js';
import { describeUnknownClient } from '../handover/missing-report.js';
import type { Store } from '../store/store.js';

/** Longer than this no one remembers why something was accepted. */
const MOST_YEARS = 2;
/** What rules are about whose findings can be accepted; what else forbids a verdict cannot. */
const WAIVABLE: readonly Finding['about'][] = ['exposure', 'outage', 'silence'];

/** Longest name and reason of a waiver. */
export const LONGEST_WAIVER = { by: 128, reason: 512 } as const;

/** What someone wants to accept, as they wrote it. */
export interface WaiverText {
  readonly clientId: string;
  readonly rule: string;
  /** Such as tcp/80; without it, wherever the rule finds it. */
  readonly endpoint: string | undefined;
  readonly by: string;
  readonly reason: string;
  /** A day, the last on which it is valid. */
  readonly until: string;
}

/** The same, understood. */
export type WaiverWanted = Pick<Waiver, 'clientId' | 'rule' | 'endpoint' | 'by' | 'reason' | 'until'>;

/** What came of it. */
export interface Granted {
  readonly waiver: Waiver;
  /** Whether there is such a finding now; otherwise the waiver applies if it appears. */
  readonly isFound: boolean;
  /** Waivers that are valid and accept something of the same: any one of them is enough. */
  readonly others: readonly Waiver[];
}

/**
 * Reads what someone wants to accept.
 * @param labels what the parts are called in errors
 * @throws InputError if it cannot be accepted, with the key of each part that is wrong
 */
export function readWaiver(
  text: WaiverText,
  labels: Readonly<Record<'by' | 'reason' | 'until', string>>,
  now: Date,
): WaiverWanted {
  const rule = readRule(text.rule);
  const endpoint = readEndpoint(text.endpoint);
  if (endpoint !== null && aboutOf(rule) === 'silence')
    throw new InputError(`${rule} is about the whole address: leave the endpoint out`);
  const errors: InputError[] = [];
  const check = <T>(key: 'by' | 'reason' | 'until', read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(new InputError(error.problem, { key }));
      return null;
    }
  };
  for (const key of ['by', 'reason'] as const) check(key, () => checkText(labels[key], text[key], LONGEST_WAIVER[key]));
  const until = check('until', () => readUntil(labels.until, text.until, now)) ?? '';
  throwErrors(errors);
  return { clientId: text.clientId, rule, endpoint, by: text.by, reason: text.reason, until };
}

/**
 * Accepts what a rule finds at a client, as bad as it is now and for who answers there now.
 * @throws InputError if the store does not know the client
 */
export async function grantWaiver(store: Store, wanted: WaiverWanted, now: Date): Promise<Granted> {
  const { clientId, rule, endpoint } = wanted;
  const { isFound, severity, identity } = describeGrant(await readStates(store, clientId), rule, endpoint);
  const others = (await store.listWaivers(clientId)).filter((other) => overlaps(other, { rule, endpoint, now }));
  const waiver = await store.addWaiver({ ...wanted, severity, identity, grantedAt: now.toISOString() });
  return { waiver, isFound, others };
}

/** Whether a waiver that is still valid accepts something of what another one accepts. */
function overlaps(other: Waiver, { rule, endpoint, now }: Pick<Waiver, 'rule' | 'endpoint'> & { now: Date }): boolean {
  const isSamePlace = other.endpoint === null || endpoint === null || other.endpoint === endpoint;
  return other.rule === rule && isSamePlace && other.until >= formatDay(now);
}

function readRule(text: string): string {
  const ids = EVERY_RULE.map(({ id }) => id);
  if (isWaivable(text)) return text;
  if (ids.includes(text)) throw new InputError(`${text} is not a violation, so there is nothing to accept`);
  throw new InputError(`there is no rule "${text}"${suggest(text, ids)}; sallyport explain lists them`);
}

/** Whether what a rule finds can be accepted. */
export function isWaivable(rule: string): boolean {
  const about = aboutOf(rule);
  return about !== undefined && WAIVABLE.includes(about);
}

function readEndpoint(text: string | undefined): EndpointId | null {
  if (text === undefined) return null;
  if (!parseEndpointId(text)) throw new InputError(`"${text}" is not an endpoint such as tcp/80 or udp/5060`);
  return text as EndpointId;
}

function checkText(label: string, text: string, longest: number): void {
  if (text.trim() === '') throw new InputError(`${label}: must not be empty`);
  if (text.length > longest) throw new InputError(`${label}: at most ${longest} characters`);
}

function readUntil(label: string, text: string, now: Date): string {
  const until = readLastDay(label, text, now);
  const last = new Date(now);
  last.setUTCFullYear(now.getUTCFullYear() + MOST_YEARS);
  if (until > formatDay(last)) throw new InputError(`${label}: at most two years ahead, ${formatDay(last)}`);
  return until;
}

async function readStates(store: Store, clientId: string): Promise<SlotState[]> {
  const slots = (await store.readReports(clientId, null)).map(({ slot }) => slot);
  if (slots.length === 0) throw await describeUnknownClient(store, clientId);
  const states = await store.write(async (tx) => {
    const found: (SlotState | null)[] = [];
    for (const slot of slots) found.push(await tx.getState(clientId, slot));
    return found;
  });
  return states.filter((state) => state !== null);
}

const aboutOf = (rule: string) => EVERY_RULE.find(({ id }) => id === rule)?.about;
const isSilent = (state: SlotState): boolean => standingOfSlot(state) === 'no-answer';

/** How bad it is now, and who answers there: what is worse, or someone else, is not accepted. */
function describeGrant(states: readonly SlotState[], rule: string, endpoint: EndpointId | null) {
  const issues = states
    .flatMap((state) => Object.values(state.issues))
    .filter((issue) => issue.rule === rule && (endpoint === null || issue.endpoint === endpoint));
  const identities = new Set(states.flatMap((state) => (endpoint && state.identities[endpoint]) ?? []));
  const [identity] = identities;
  return {
    // Silence is not kept as an issue.
    isFound: issues.length > 0 || (aboutOf(rule) === 'silence' && states.some(isSilent)),
    severity: SEVERITIES.find((severity) => issues.some((issue) => issue.severity === severity)) ?? null,
    // Where the addresses of a client answer differently, one name would not do for all.
    identity: identities.size === 1 ? (identity ?? null) : null,
  };
}
