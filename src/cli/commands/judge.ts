import { digestProfile, surveyOf } from '../../check/judge/judge-survey.js';
import { createReport } from '../../check/judge/say-report.js';
import type { Store } from '../../fleet/store/store.js';
import { InputError } from '../../files/text/input-error.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { keepUnseen, sayUnseen } from '../../fleet/changes/out-of-sight.js';
import { formatDay } from '../../files/text/day.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import { groupByClient, type Unseen, type Waiver } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { standingOf } from '../../model/standing.js';
import { worstVerdict } from '../../model/standing.js';
import { renderJudgement, type JudgementRow } from '../../reports/changes-table.js';
import { createJsonWriter } from '../../reports/json.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import type { Values } from '../kit/option.js';
import { openOutput } from '../kit/output.js';
import { STORE, withStore } from '../kit/store.js';
import { describeScreen } from '../kit/terminal.js';

const OPTIONS = {
  sweep: {
    limits: { least: 1, most: Infinity, whole: true },
    describe: 'Number of the sweep',
  },
  client: {
    list: true,
    value: 'ID',
    complete: 'client',
    describe: 'Only clients with this id; without --sweep, their newest checks',
  },
  profile: {
    required: true,
    value: 'NAME',
    complete: 'profile',
    describe: 'Name of a shipped profile, or a file (with a path, or ending in .yaml)',
  },
  format: {
    choices: ['table', 'json', 'ndjson'],
    default: 'table',
    describe: 'Text for people, one JSON document, or one per line',
  },
  ...STORE,
} as const;

/** `sallyport judge`: what was seen once, judged again. Sends nothing. */
export const command = defineCommand({
  options: OPTIONS,
  examples: [['judge --sweep 12 --profile sip-trunk', 'How would the clients stand with another profile?']],
  notes: ['Exit codes: 0 all compliant, 1 a violation, 2 usage or internal error, 3 inconclusive'],
  run: judgeAgain,
});

async function judgeAgain(args: Values<typeof OPTIONS>): Promise<number> {
  const { sweep, client, format } = args;
  if (sweep === undefined && !client?.length) throw new InputError('name what to judge: --sweep NUMBER or --client ID');
  const profile = await loadProfile(args.profile);
  const profileDigest = digestProfile(profile);
  const { width, paint } = describeScreen();
  const output = await openOutput();
  const json = format === 'json' ? createJsonWriter(true) : format === 'ndjson' ? createJsonWriter(false, 0) : null;
  let worst: Verdict | null = null;
  const today = formatDay(new Date());
  await withStore(args.store, async (store) => {
    const waivers = groupByClient(await store.listWaivers());
    const unseen = await readUnseen(store, waivers, today);
    const looks = sweep === undefined ? readNewest(store, client ?? []) : await readSweep(store, sweep, client);
    await output.write(json?.begin() ?? '');
    for await (const { clientId, slot, sweepId, at, report: old } of looks) {
      const { authorization, failOn } = old;
      // Who vouched for the site in its inventory is known from the report alone; waivers are as they are now.
      const silence = old.findings.find(({ waiver }) => waiver?.origin === 'inventory')?.waiver ?? undefined;
      const accepted = { silence, waivers: waivers.get(clientId) ?? [], today };
      const judged = createReport(surveyOf(old), { profile, profileDigest, authorization, failOn, ...accepted });
      const lost = (unseen.get(slotKey(clientId, slot)) ?? []).filter(({ lostAt }) => lostAt <= at);
      const report = keepUnseen(judged, lost);
      const row: JudgementRow = { clientId, slot, sweepId, at, before: standingOf(old), report, unseen: lost };
      worst = worstVerdict(worst ?? 'compliant', report.verdict);
      await output.write(json ? json.element(row) : renderJudgement(row, width, paint));
    }
    await output.write(json?.end() ?? '');
  });
  await output.close();
  if (worst === null) throw new InputError('there is nothing to judge: nothing was observed');
  return EXIT[worst as Verdict];
}

const slotKey = (clientId: string, slot: string): string => `${clientId} ${slot}`;

/** The exposures that are out of sight now and that no waiver accepts, by slot. */
async function readUnseen(
  store: Store,
  waivers: ReadonlyMap<string, readonly Waiver[]>,
  today: string,
): Promise<Map<string, readonly Unseen[]>> {
  const unseen = new Map<string, readonly Unseen[]>();
  for await (const { client, slot, state } of store.readClientStates()) {
    const lost = sayUnseen(state, waivers.get(client.id) ?? [], today);
    if (lost.length > 0) unseen.set(slotKey(client.id, slot), lost);
  }
  return unseen;
}

async function* readNewest(store: Store, clients: readonly string[]): AsyncGenerator<StoredReport> {
  for (const client of clients) {
    const reports = await store.readReports(client, null);
    if (reports.length === 0) throw await describeUnknownClient(store, client);
    yield* reports;
  }
}

async function readSweep(
  store: Store,
  sweep: number,
  clients: readonly string[] | undefined,
): Promise<AsyncIterable<StoredReport>> {
  if ((await store.getSweep(sweep)) === null) throw new InputError(`the store has no sweep ${sweep}`);
  const reports = store.readSweepReports(sweep);
  return clients ? filterClients(reports, new Set(clients)) : reports;
}

async function* filterClients(
  reports: AsyncIterable<StoredReport>,
  clients: ReadonlySet<string>,
): AsyncGenerator<StoredReport> {
  for await (const report of reports) if (clients.has(report.clientId)) yield report;
}
