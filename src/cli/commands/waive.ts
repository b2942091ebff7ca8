import { RULES } from '../../check/rules/registry.js';
import { formatDay, readLastDay } from '../../files/text/day.js';
import { InputError } from '../../files/text/input-error.js';
import type { Store } from '../../fleet/store/store.js';
import type { SlotState, Waiver } from '../../model/change.js';
import { type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Finding } from '../../model/finding.js';
import { SEVERITIES } from '../../model/severity.js';
import { standingOfSlot } from '../../model/standing.js';
import { renderWaiverEntry } from '../../reports/inventory-table.js';
import { suggest } from '../../words/input.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Values } from '../kit/option.js';
import { CLIENT, describeUnknownClient, STORE, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

/** Longer than this no one remembers why something was accepted. */
const MOST_YEARS = 2;
/** What rules are about whose findings can be accepted; what else forbids a verdict cannot. */
const WAIVABLE: readonly Finding['about'][] = ['exposure', 'outage', 'silence'];
const LONGEST = { by: 128, reason: 512 };

const WORDS = {
  client: { ...CLIENT, required: true },
  rule: { required: true, complete: 'rule of check', describe: 'Id of the rule, as "See" of a finding shows it' },
  endpoint: { describe: 'Such as tcp/80; without it, wherever the rule finds it' },
} as const;

const OPTIONS = {
  by: { required: true, value: 'NAME', describe: 'Who accepts it' },
  reason: { required: true, describe: 'Why' },
  until: {
    required: true,
    value: 'DAY',
    describe: 'Last day on which it is valid (YYYY-MM-DD, UTC), at most two years ahead',
  },
  ...STORE,
} as const;

/** `sallyport waive`: accepts what a rule finds at a client, for a time. */
export const command = defineCommand({
  words: WORDS,
  options: OPTIONS,
  examples: [
    [
      'waive acme admin-interface-reachable tcp/80 --by Ann --reason "moves in June" --until 2027-06-30',
      'Accept an open WebPro for some months',
    ],
  ],
  run: (args) => waive(args, new Date()),
});

async function waive(args: Values<typeof WORDS & typeof OPTIONS>, now: Date): Promise<number> {
  const { client: clientId, by, reason } = args;
  const rule = readRule(args.rule);
  const endpoint = readEndpoint(args.endpoint);
  if (endpoint !== null && aboutOf(rule) === 'silence')
    throw new InputError(`${rule} is about the whole address: leave the endpoint out`);
  checkText('--by', by, LONGEST.by);
  checkText('--reason', reason, LONGEST.reason);
  const until = readUntil(args.until, now);
  const { waiver, found, others } = await withStore(args.store, async (store) => {
    const known = describeGrant(await readStates(store, clientId), rule, endpoint);
    const others = (await store.listWaivers(clientId)).filter((other) => overlaps(other, { rule, endpoint, now }));
    const { severity, identity } = known;
    const grant = { clientId, rule, endpoint, by, reason, until, severity, identity, grantedAt: now.toISOString() };
    return { waiver: await store.addWaiver(grant), found: known.found, others };
  });
  process.stdout.write(renderWaiverEntry(waiver, describeScreen().width, formatDay(now)));
  if (others.length > 0) tell(describeOthers(others));
  if (!found) tell(`${clientId} has no such finding now: the waiver applies if it appears`);
  return EXIT.compliant;
}

/** Whether a waiver that is still valid accepts something of what another one accepts. */
function overlaps(other: Waiver, { rule, endpoint, now }: Pick<Waiver, 'rule' | 'endpoint'> & { now: Date }): boolean {
  const isSamePlace = other.endpoint === null || endpoint === null || other.endpoint === endpoint;
  return other.rule === rule && isSamePlace && other.until >= formatDay(now);
}

/** Any one of several is enough: revoking or ending one changes nothing as long as another is valid. */
function describeOthers(others: readonly Waiver[]): string {
  const named = others.map(
    ({ id, endpoint, by, until }) => `${id} (${endpoint ?? 'anywhere'}, by ${by}, until ${until})`,
  );
  const [first] = others;
  const revoke = others.length === 1 ? `sallyport waivers revoke ${first?.id}` : 'sallyport waivers revoke NUMBER';
  return `the same was accepted before, and any one of them is enough: ${named.join('; ')}. To take it back: ${revoke}`;
}

function readRule(text: string): string {
  const ids = RULES.map(({ id }) => id);
  const rule = RULES.find(({ id }) => id === text);
  if (rule && WAIVABLE.includes(rule.about)) return text;
  if (rule) throw new InputError(`${text} is not a violation, so there is nothing to accept`);
  throw new InputError(`there is no rule "${text}"${suggest(text, ids)}; sallyport explain lists them`);
}

function readEndpoint(text: string | undefined): EndpointId | null {
  if (text === undefined) return null;
  if (!parseEndpointId(text)) throw new InputError(`"${text}" is not an endpoint such as tcp/80 or udp/5060`);
  return text as EndpointId;
}

function checkText(option: string, text: string, longest: number): void {
  if (text.trim() === '') throw new InputError(`${option}: must not be empty`);
  if (text.length > longest) throw new InputError(`${option}: at most ${longest} characters`);
}

function readUntil(text: string, now: Date): string {
  const until = readLastDay('--until', text, now);
  const last = new Date(now);
  last.setUTCFullYear(now.getUTCFullYear() + MOST_YEARS);
  if (until > formatDay(last)) throw new InputError(`--until: at most two years ahead, ${formatDay(last)}`);
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

const aboutOf = (rule: string) => RULES.find(({ id }) => id === rule)?.about;
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
    found: issues.length > 0 || (aboutOf(rule) === 'silence' && states.some(isSilent)),
    severity: SEVERITIES.find((severity) => issues.some((issue) => issue.severity === severity)) ?? null,
    // Where the addresses of a client answer differently, one name would not do for all.
    identity: identities.size === 1 ? (identity ?? null) : null,
  };
}
