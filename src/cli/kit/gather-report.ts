import { decideVerdict } from '../../check/judge/engine.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { type HandedReport, readHandedReport } from '../../files/reports/handed-report.js';
import { InputError } from '../../files/text/input-error.js';
import { readBeginning, readInstant } from '../../files/text/instant.js';
import { gatherFleet } from '../../fleet/handover/gather-fleet.js';
import { gatherHandover } from '../../fleet/handover/gather-handover.js';
import { describeMissingReport } from '../../fleet/handover/missing-report.js';
import { requireGroups, requireTags } from '../../fleet/sweep/require-known.js';
import type { FleetReport } from '../../model/fleet-report.js';
import type { Gathered } from '../../handover/draw-signed.js';
import type { Handover } from '../../model/handover.js';
import type { Report } from '../../model/report.js';
import { handOverReports, handOverSite } from '../../reports/document/handover-document.js';
import { readStaleBefore, STALE } from './list-options.js';
import type { Options, Values } from './option.js';
import { STORE, withStore } from './store.js';

/** The options that say what a report is of. */
export const GATHER = {
  report: { value: 'FILE', describe: 'A report that was written as JSON, instead of one in the store' },
  at: { value: 'TIME', otherwise: 'the newest check', describe: 'The last check at or before this time' },
  since: {
    value: 'TIME',
    otherwise: 'the last report, or 30d',
    describe: 'List changes from this day or time on, or so long ago',
  },
  checklist: { value: 'NAME', otherwise: DEFAULT_CHECKLIST, describe: 'Checklist of which the answers are shown' },
  fleet: { switch: true, flagOnly: true, describe: 'One report of all clients, instead of one client' },
  group: { list: true, value: 'NAME', describe: 'With --fleet: only clients of this group' },
  tag: { list: true, value: 'TAG', describe: 'With --fleet: only clients with this tag' },
  ...STALE,
  ...STORE,
} as const satisfies Options;

type Settings = Values<typeof GATHER>;

/** From when on changes of all clients are listed. */
const FLEET_SINCE = '30d';

/**
 * Gathers what a report is made from: of a client in the store, of all of them, or of a file.
 * @throws InputError if there is none, or if options do not go together
 */
export async function gatherReport(
  client: string | undefined,
  address: string | undefined,
  options: Settings,
): Promise<Gathered> {
  if (options.fleet) return { subject: await fromFleet(client, options), chain: null };
  refuseIdle(options, ['group', 'tag', 'stale-after'], 'without --fleet');
  if (options.report !== undefined) return { subject: await fromFile(client, options.report, options), chain: null };
  if (client === undefined)
    throw new InputError('name a client, or give a report with --report FILE, or take all clients with --fleet');
  return fromStore(client, address, options);
}

function refuseIdle(options: Settings, names: readonly (keyof Settings)[], where: string): void {
  const idle = names.find((name) => options[name] !== undefined);
  if (idle !== undefined) throw new InputError(`--${idle} has no effect ${where}`);
}

async function fromFleet(client: string | undefined, options: Settings): Promise<FleetReport> {
  if (client !== undefined) throw new InputError('give a client or --fleet, not both');
  refuseIdle(options, ['at', 'report', 'checklist'], 'with --fleet');
  const now = new Date();
  const since = readSince(options.since ?? FLEET_SINCE, now);
  const staleBefore = readStaleBefore(options, now);
  const { group: groups, tag: tags } = options;
  return withStore(options.store, async (store) => {
    await requireGroups(store, groups);
    await requireTags(store, tags);
    return gatherFleet(store, { since, now, staleBefore, groups, tags });
  });
}

function readSince(text: string, until: Date): Date {
  const since = readBeginning(text, until);
  if (since > until) throw new InputError('--since is later than the report');
  return since;
}

async function fromFile(client: string | undefined, file: string, options: Settings): Promise<Handover> {
  if (client !== undefined) throw new InputError('give a client or --report, not both');
  refuseIdle(options, ['at', 'since', 'checklist'], 'with --report');
  const handover = toHandover(await readHandedReport(file));
  // Someone may have written it by hand.
  const wrong = handover.addresses.find(({ report }) => isTooGood(report));
  if (wrong) {
    const { address, input } = wrong.report.target;
    throw new InputError(`verdict: ${address ?? input} is not compliant by what the report says of it`, { file });
  }
  return handover;
}

function isTooGood(report: Report): boolean {
  return report.verdict === 'compliant' && decideVerdict(report, report) !== 'compliant';
}

function toHandover(handed: HandedReport): Handover {
  switch (handed.kind) {
    case 'reports':
      return handOverReports(handed.reports);
    case 'site':
      return handOverSite(handed.site);
    case 'handover':
      return handed.handover;
  }
}

async function fromStore(client: string, address: string | undefined, options: Settings): Promise<Gathered> {
  const now = new Date();
  const at = options.at === undefined ? null : readInstant(options.at, 'end');
  const since = options.since === undefined ? null : readSince(options.since, at ?? now);
  const checklist = await loadChecklist(options.checklist ?? DEFAULT_CHECKLIST);
  return withStore(options.store, async (store) => {
    const subject = await gatherHandover(store, client, { at, since, now, address, checklist });
    if (!subject) throw await describeMissingReport(store, client, { address, at });
    return { subject, chain: await store.readChainHead(client) };
  });
}
