import type { Argv, CommandModule } from 'yargs';
import type { Store } from '../../fleet/store/store.js';
import { InputError } from '../../files/text/input-error.js';
import { isDay } from '../../files/text/instant.js';
import { suggest } from '../../words/input.js';
import type { SiteState, Waiver } from '../../model/change.js';
import { parseEndpointId, type EndpointId } from '../../model/endpoint.js';
import { SEVERITIES } from '../../model/severity.js';
import { forTerminal } from '../../words/escape.js';
import { renderWaiverEntry } from '../../reports/waivers-table.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { describeScreen, renderJson } from '../screen.js';
import { describeUnknownClient, FORMAT_OPTION, STORE_OPTION, withStore } from '../with-store.js';

/** Longer than this nobody remembers why something was accepted. */
const MOST_YEARS = 2;
const LONGEST = { by: 128, reason: 512 };

interface Waive {
  readonly client: string;
  readonly rule: string;
  readonly endpoint: string | undefined;
  readonly by: string;
  readonly reason: string;
  readonly until: string;
  readonly store: string | undefined;
}

/** `sallyport waive`: accepts what a rule finds at a client, for a time. */
export function waiveCommand(choose: Choose): CommandModule<object, Waive> {
  const text = { type: 'string', demandOption: true, requiresArg: true } as const;
  return {
    command: 'waive <client> <rule> [endpoint]',
    describe: 'Accept a finding at a client until a day; what is worse is told all the same',
    builder: (yargs) =>
      yargs
        .positional('client', { type: 'string', demandOption: true, describe: 'Id of the client' })
        .positional('rule', {
          type: 'string',
          demandOption: true,
          describe: 'Id of the rule, as "See" of a finding has it',
        })
        .positional('endpoint', { type: 'string', describe: 'Such as tcp/80; without it, wherever the rule finds it' })
        .options({
          by: { ...text, describe: 'Who accepts it' },
          reason: { ...text, describe: 'Why' },
          until: { ...text, describe: 'Last day on which it holds (YYYY-MM-DD, UTC), at most two years ahead' },
          ...STORE_OPTION,
        })
        .example(
          '$0 waive acme admin-interface-reachable tcp/80 --by Ann --reason "moves in June" --until 2027-06-30',
          'Accept an open WebPro for some months',
        ),
    handler: (args) => choose(() => waive(args, new Date())),
  };
}

interface List {
  readonly client: string | undefined;
  readonly format: 'table' | 'json';
  readonly store: string | undefined;
}

/** `sallyport waivers`: lists what was accepted, or takes it back. */
export function waiversCommand(choose: Choose): CommandModule<object, List> {
  return {
    command: 'waivers [client]',
    describe: 'List what was accepted, or revoke it',
    builder: (yargs): Argv<List> =>
      yargs
        .positional('client', { type: 'string', describe: 'Id of a client; without it, all' })
        .options({ ...FORMAT_OPTION, ...STORE_OPTION })
        .command(
          'revoke <id>',
          'Take a waiver back',
          (own) =>
            own
              .positional('id', { type: 'string', demandOption: true, describe: 'Number of the waiver' })
              .options(STORE_OPTION),
          (args) => choose(() => revoke(args)),
        ),
    handler: (args) => choose(() => listWaivers(args, new Date())),
  };
}

async function waive(args: Waive, now: Date): Promise<number> {
  refuseRepeats(args);
  const { client: clientId, by, reason, until } = args;
  const rule = await readRule(args.rule);
  const endpoint = readEndpoint(args.endpoint);
  checkText('--by', by, LONGEST.by);
  checkText('--reason', reason, LONGEST.reason);
  checkUntil(until, now);
  const { waiver, found } = await withStore(args.store, async (store) => {
    const known = describeGrant(await readStates(store, clientId), rule, endpoint);
    const { severity, identity } = known;
    const grant = { clientId, rule, endpoint, by, reason, until, severity, identity, grantedAt: now.toISOString() };
    return { waiver: await store.addWaiver(grant), found: known.found };
  });
  process.stdout.write(renderWaiverEntry(waiver, describeScreen().width, formatDay(now)));
  if (!found) {
    const note = `${clientId} has no such finding now: the waiver holds if it comes`;
    process.stderr.write(`sallyport: ${forTerminal(note)}\n`);
  }
  return EXIT.compliant;
}

async function readRule(text: string): Promise<string> {
  const { RULES } = await import('../../check/rules/registry.js');
  const ids = RULES.map(({ id }) => id);
  if (ids.includes(text)) return text;
  throw new InputError(`there is no rule "${text}"${suggest(text, ids)}; docs/findings.md lists them`);
}

function readEndpoint(text: string | undefined): EndpointId | null {
  if (text === undefined) return null;
  if (!parseEndpointId(text)) throw new InputError(`"${text}" is no endpoint: give one such as tcp/80 or udp/5060`);
  return text as EndpointId;
}

function checkText(option: string, text: string, longest: number): void {
  if (text.trim() === '') throw new InputError(`${option}: must not be empty`);
  if (text.length > longest) throw new InputError(`${option}: at most ${longest} characters`);
}

function checkUntil(until: string, now: Date): void {
  if (!isDay(until)) throw new InputError(`--until: "${until}" is no day: give one such as 2027-06-30`);
  if (until < formatDay(now)) throw new InputError(`--until: ${until} is past`);
  const last = new Date(now);
  last.setUTCFullYear(now.getUTCFullYear() + MOST_YEARS);
  if (until > formatDay(last)) throw new InputError(`--until: at most two years ahead, ${formatDay(last)}`);
}

function formatDay(date: Date): string {
  return date.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

async function readStates(store: Store, clientId: string): Promise<SiteState[]> {
  const slots = (await store.readReports(clientId, null)).map(({ slot }) => slot);
  if (slots.length === 0) throw await describeUnknownClient(store, clientId);
  const states = await store.write(async (tx) => {
    const found: (SiteState | null)[] = [];
    for (const slot of slots) found.push(await tx.getState(clientId, slot));
    return found;
  });
  return states.filter((state) => state !== null);
}

/** How bad it is now, and who answers there: what is worse, or somebody else, is not accepted. */
function describeGrant(states: readonly SiteState[], rule: string, endpoint: EndpointId | null) {
  const issues = states
    .flatMap((state) => Object.values(state.issues))
    .filter((issue) => issue.rule === rule && (endpoint === null || issue.endpoint === endpoint));
  const identities = new Set(states.flatMap((state) => (endpoint && state.identities[endpoint]) ?? []));
  const [identity] = identities;
  return {
    found: issues.length > 0,
    severity: SEVERITIES.find((severity) => issues.some((issue) => issue.severity === severity)) ?? null,
    // Where the addresses of a client answer differently, one name would not do for all.
    identity: identities.size === 1 ? (identity ?? null) : null,
  };
}

async function listWaivers(args: List, now: Date): Promise<number> {
  refuseRepeats(args);
  const { client, format, store: path } = args;
  const waivers = await withStore(path, (store) => store.listWaivers(client));
  const { width } = describeScreen();
  const show = (waiver: Waiver) => renderWaiverEntry(waiver, width, formatDay(now));
  if (format === 'json') process.stdout.write(renderJson(waivers));
  else process.stdout.write(waivers.length === 0 ? 'nothing was accepted\n' : waivers.map(show).join(''));
  return EXIT.compliant;
}

async function revoke(args: { readonly id: string; readonly store: string | undefined }): Promise<number> {
  refuseRepeats(args);
  const { id: text, store: path } = args;
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  if (id === null) throw new InputError(`"${text}" is no number of a waiver; sallyport waivers lists them`);
  const done = await withStore(path, (store) => store.revokeWaiver(id));
  if (!done) throw new InputError(`there is no waiver ${id}; sallyport waivers lists them`);
  process.stdout.write(`waiver ${id} is revoked: the next look counts what it finds\n`);
  return EXIT.compliant;
}
