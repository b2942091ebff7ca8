import { judgeAgain } from '../../fleet/handover/judge-again.js';
import type { Store } from '../../fleet/store/store.js';
import { InputError } from '../../files/text/input-error.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { describeUnknownClient } from '../../fleet/handover/missing-report.js';
import type { StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { worstVerdict } from '../../model/standing.js';
import { renderJudgement } from '../../reports/changes-table.js';
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
  run: judge,
});

async function judge(args: Values<typeof OPTIONS>): Promise<number> {
  const { sweep, client, format } = args;
  if (sweep === undefined && !client?.length) throw new InputError('name what to judge: --sweep NUMBER or --client ID');
  const profile = await loadProfile(args.profile);
  const { width, paint } = describeScreen();
  const output = await openOutput();
  const json = format === 'json' ? createJsonWriter(true) : format === 'ndjson' ? createJsonWriter(false, 0) : null;
  let worst: Verdict | null = null;
  await withStore(args.store, async (store) => {
    const looks = sweep === undefined ? readNewest(store, client ?? []) : await readSweep(store, sweep, client);
    await output.write(json?.begin() ?? '');
    for await (const judgement of judgeAgain(store, looks, profile, new Date())) {
      worst = worstVerdict(worst ?? 'compliant', judgement.report.verdict);
      await output.write(json ? json.element(judgement) : renderJudgement(judgement, width, paint));
    }
    await output.write(json?.end() ?? '');
  });
  await output.close();
  if (worst === null) throw new InputError('there is nothing to judge: nothing was observed');
  return EXIT[worst as Verdict];
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
