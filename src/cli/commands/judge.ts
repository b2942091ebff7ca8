import type { CommandModule } from 'yargs';
import type { Store } from '../../fleet/store/store.js';
import { InputError } from '../../files/text/input-error.js';
import { loadProfile } from '../../files/profiles/profile.js';
import type { Waiver } from '../../model/change.js';
import type { StoredReport } from '../../model/client.js';
import type { Verdict } from '../../model/report.js';
import { forJson } from '../../words/escape.js';
import { renderJudgement, type JudgementRow } from '../../reports/judgement-table.js';
import type { Choose } from '../command.js';
import { EXIT, worstVerdict } from '../exit-codes.js';
import { openOutput } from '../output.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { createJsonArray, describeScreen } from '../screen.js';
import { describeUnknownClient, STORE_OPTION, withStore } from '../with-store.js';

const FORMATS = ['table', 'json', 'ndjson'] as const;

interface Arguments {
  readonly sweep: number | undefined;
  readonly client: readonly string[] | undefined;
  readonly profile: string;
  readonly format: (typeof FORMATS)[number];
  readonly store: string | undefined;
}

/** `sallyport judge`: what was seen once, judged again. Sends nothing. */
export function judgeCommand(choose: Choose): CommandModule<object, Arguments> {
  return {
    command: 'judge',
    describe: 'Judge again what a sweep saw, by another profile or newer rules; sends nothing',
    builder: (yargs) =>
      yargs
        .options({
          sweep: { type: 'number', requiresArg: true, describe: 'Number of the sweep' },
          client: {
            type: 'string',
            array: true,
            requiresArg: true,
            describe: 'Only clients with these ids; without --sweep, their newest looks',
          },
          profile: {
            type: 'string',
            demandOption: true,
            requiresArg: true,
            describe: 'Name of a shipped profile, or a file (with a path, or ending in .yaml)',
          },
          format: {
            choices: FORMATS,
            default: 'table' as const,
            requiresArg: true,
            describe: 'Text for people, one JSON document, or one a line',
          },
          ...STORE_OPTION,
        })
        .example('$0 judge --sweep 12 --profile sip-trunk', 'How would the clients stand under another profile?')
        .epilogue('Exit codes: 0 all compliant, 1 a violation, 2 usage or internal error, 3 inconclusive'),
    handler: (args) => choose(() => judgeAgain(args)),
  };
}

async function judgeAgain(args: Arguments): Promise<number> {
  refuseRepeats(args, ['client']);
  const { sweep, client, format } = args;
  if (sweep === undefined && !client?.length) throw new InputError('name what to judge: --sweep NUMBER or --client ID');
  if (sweep !== undefined && (!Number.isSafeInteger(sweep) || sweep < 1))
    throw new InputError('--sweep: give the number of a sweep');
  const profile = await loadProfile(args.profile);
  const { digestProfile, surveyOf } = await import('../../check/judge/judge-survey.js');
  const { createReport } = await import('../../check/judge/say-report.js');
  const profileDigest = digestProfile(profile);
  const { width, paint } = describeScreen();
  const output = await openOutput(undefined);
  const json = format === 'json' ? createJsonArray() : null;
  let worst: Verdict | null = null;
  await withStore(args.store, async (store) => {
    const waivers = groupByClient(await store.listWaivers());
    const looks = sweep === undefined ? readNewest(store, client ?? []) : await readSweep(store, sweep, client);
    await output.write(json?.begin() ?? '');
    for await (const { clientId, slot, sweepId, at, report: old } of looks) {
      const { authorization, failOn } = old;
      const options = { profile, profileDigest, authorization, failOn, waivers: waivers.get(clientId) ?? [] };
      const report = createReport(surveyOf(old), options);
      const row: JudgementRow = { clientId, slot, sweepId, at, before: old.verdict, report };
      worst = worstVerdict(worst ?? 'compliant', report.verdict);
      await output.write(
        json
          ? json.element(row)
          : format === 'ndjson'
            ? `${forJson(JSON.stringify(row))}\n`
            : renderJudgement(row, width, paint),
      );
    }
    await output.write(json?.end() ?? '');
  });
  await output.close();
  if (worst === null) throw new InputError('there is nothing to judge: nothing was seen');
  return EXIT[worst as Verdict];
}

function groupByClient(waivers: readonly Waiver[]): Map<string, Waiver[]> {
  const groups = new Map<string, Waiver[]>();
  for (const waiver of waivers) groups.set(waiver.clientId, [...(groups.get(waiver.clientId) ?? []), waiver]);
  return groups;
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
